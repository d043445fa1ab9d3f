import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { longestLine, onBoundedLines } from './bounded-lines.ts';

/** The lines of a stream that is written in these parts. */
async function linesOf(...parts: (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  onBoundedLines(stream, (line) => {
    lines.push(line);
  });
  for (const part of parts) stream.write(part);
  stream.end();
  await finished(stream);
  return lines;
}

it('emits lines as written, however the chunks are cut, and the last one without its newline', async () => {
  expect(await linesOf('one\ntw', 'o\r\n', '\nthree', '\nfour')).toEqual(['one', 'two', '', 'three', 'four']);
  const [first, second] = [Buffer.from('中').subarray(0, 1), Buffer.from('中').subarray(1)];
  expect(await linesOf(first, second, '\n')).toEqual(['中']);
  expect(await linesOf('')).toEqual([]);
});

it('truncates a line that is too long, marks it, and continues with the next', async () => {
  const cut = `${'x'.repeat(longestLine)}… (cut)`;
  expect(await linesOf(`${'x'.repeat(longestLine)}\n`)).toEqual(['x'.repeat(longestLine)]);
  expect(await linesOf(`${'x'.repeat(longestLine + 1)}\nnext\n`)).toEqual([cut, 'next']);
  const parts = Array.from({ length: 100 }, () => 'x'.repeat(1000));
  expect(await linesOf(...parts, '\nnext\n')).toEqual([cut, 'next']);
  expect(await linesOf(...parts)).toEqual([cut]);
});

it('emits an endless line as soon as it is too long, and discards the rest', () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  onBoundedLines(stream, (line) => {
    lines.push(line);
  });
  for (let part = 0; part < 1000; part++) stream.emit('data', 'x'.repeat(64 * 1024));
  expect(lines).toHaveLength(1);
});

it('has another limit where one is given', () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  onBoundedLines(
    stream,
    (line) => {
      lines.push(line);
    },
    3,
  );
  stream.emit('data', 'abc\r\nabcd\n');
  expect(lines).toEqual(['abc', 'abc… (cut)']);
});
