import { createInterface } from 'node:readline/promises';

/** Where a question is written, and where its answer is read. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Questions on a terminal. */
export interface TerminalPrompt {
  /** The line that is typed; null where the input ends (Ctrl+D) or is interrupted (Ctrl+C) instead. */
  ask(question: string): Promise<string | null>;
  close(): void;
}

/** Whether an answer is a yes, in either language. */
export const isYes = (answer: string | null): boolean =>
  answer !== null && /^(?:y|yes|是)$/i.test(answer.trim());

/** Always pair with `close`. */
export function openPrompt(
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): TerminalPrompt {
  const lines = createInterface({ input, output });
  let isClosed = false;
  // A question whose input ends is never settled: the process would end in the middle, with exit code 0.
  const ended = new Promise<null>((resolve) => {
    lines.once('close', () => {
      // What follows does not stand behind the question.
      if (!isClosed) output.write('\n');
      isClosed = true;
      resolve(null);
    });
  });
  return {
    ask: (question) => (isClosed ? ended : Promise.race([lines.question(question), ended])),
    close: () => {
      isClosed = true;
      lines.close();
    },
  };
}
