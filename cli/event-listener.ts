import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The program that reads the events of an apply or a recreation, and may cancel it. */
export interface EventListener {
  write(line: string): void;
  /** Calls back when the program sends "cancel". */
  onCancel(cancel: () => void): void;
  end(): void;
}

/**
 * Events are written to stdout, and a line "cancel" is read from stdin unless that is a terminal; or both
 * over the socket of an elevated process, which cannot inherit our pipes on macOS and Windows.
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
  // The reader is gone: the work continues.
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

/** Reading begins with the first listener. The end of the stream is not a cancel. */
function lines(input: Readable): Pick<EventListener, 'onCancel' | 'end'> {
  let reading = false;
  return {
    onCancel(cancel) {
      reading = true;
      input.on('error', () => undefined);
      // readline emits its input's errors again: without a listener, one would end the work half done.
      createInterface({ input })
        .on('error', () => undefined)
        .on('line', (line) => {
          if (line.trim() === 'cancel') cancel();
        });
    },
    // An open pipe would keep the process running.
    end() {
      if (reading) input.destroy();
    },
  };
}
