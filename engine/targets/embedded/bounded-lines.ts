import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Maximum length of a line, in UTF-16 code units; the rest is dropped. */
export const longestLine = 8192;

/**
 * Calls `onLine` with each line of `stream`, without its end. A line that is longer than `longestLine` is
 * reported as soon as that length is reached, and its rest is dropped: no writer can fill this process's
 * memory or a log with one line.
 */
export function onBoundedLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let dropping = false;
  const add = (text: string): void => {
    if (dropping) return;
    line += text;
    if (line.length <= longestLine + 1) return;
    dropping = true;
    onLine(cutLine(line));
    line = '';
  };
  const end = (): void => {
    if (!dropping) onLine(cutLine(line.replace(/\r$/, '')));
    dropping = false;
    line = '';
  };
  const take = (text: string): void => {
    let from = 0;
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      add(text.slice(from, to));
      end();
      from = to + 1;
    }
    add(text.slice(from));
  };
  stream.on('data', (bytes: Buffer | string) => {
    take(typeof bytes === 'string' ? bytes : decoder.write(bytes));
  });
  stream.once('end', () => {
    take(decoder.end());
    if (line !== '') end();
  });
}

/** `line`, or its beginning if it is longer than `longestLine`. */
export function cutLine(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}… (cut)`;
}
