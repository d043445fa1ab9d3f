import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The program that reads the events of an apply or a recreation, and may have it cancelled. */
export interface EventListener {
  write(line: string): void;
  /** Calls back when the program says "cancel". */
  onCancel(cancel: () => void): void;
  end(): void;
}

/**
 * Events go to stdout, and a line "cancel" comes by stdin where that is no terminal; or both by the socket of
 * a program that could not keep pipes to us (macOS and Windows give an elevated command none).
 */
export async function eventListener(socket?: string): Promise<EventListener> {
  if (socket === undefined)
    return {
      write: (line) => {
        process.stdout.write(line);
      },
      ...(process.stdin.isTTY ? { onCancel: () => undefined, end: () => undefined } : lines(process.stdin)),
    };
  const { connect } = await import('node:net');
  const connection = connect(socket);
  // Nobody listens any more: the work goes on.
  connection.on('error', () => undefined);
  const { onCancel } = lines(connection);
  return {
    write: (line) => {
      connection.write(line);
    },
    onCancel,
    end: () => {
      connection.end();
    },
  };
}

/** Reading begins with the first listener. The end of the stream is no cancel. */
function lines(input: Readable): Pick<EventListener, 'onCancel' | 'end'> {
  let reading = false;
  return {
    onCancel(cancel) {
      reading = true;
      input.on('error', () => undefined);
      createInterface({ input }).on('line', (line) => {
        if (line.trim() === 'cancel') cancel();
      });
    },
    // An open pipe would keep the process.
    end() {
      if (reading) input.destroy();
    },
  };
}
