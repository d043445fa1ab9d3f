/** Maximum length of a line of a log, in UTF-16 code units; the rest is dropped. */
export const longestLine = 8192;

/** A readable stream. */
export interface TextStream {
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  once(event: 'end', listener: () => void): unknown;
}

/**
 * Calls `onLine` with each line of `stream`, without its end. A line that is longer than `longest` is
 * reported as soon as that length is reached, cut, and its rest is dropped: no writer can fill this process's
 * memory or a log with one line. Errors of the stream are the caller's.
 */
export function onBoundedLines(
  stream: TextStream,
  onLine: (line: string) => void,
  longest = longestLine,
): void {
  let line = '';
  let dropping = false;
  const add = (text: string): void => {
    if (dropping) return;
    line += text;
    // One more: a carriage return, which belongs to the line's end.
    if (line.length <= longest + 1) return;
    dropping = true;
    onLine(cutLine(line, longest));
    line = '';
  };
  const end = (): void => {
    if (!dropping) onLine(cutLine(line.replace(/\r$/, ''), longest));
    dropping = false;
    line = '';
  };
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    let from = 0;
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      add(text.slice(from, to));
      end();
      from = to + 1;
    }
    add(text.slice(from));
  });
  stream.once('end', () => {
    if (line !== '') end();
  });
}

/** `line`, or its beginning if it is longer than `longest`. */
export function cutLine(line: string, longest = longestLine): string {
  return line.length <= longest ? line : `${line.slice(0, longest)}… (cut)`;
}
