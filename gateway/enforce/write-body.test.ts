import { expect, test } from 'vitest';
import { parseJson } from '../../shared/policy/json-parser.ts';
import { writeJson, type Json } from '../../shared/policy/json.ts';
import { writeBody } from './write-body.ts';

function read(text: string): Json {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
}
const many = (entry: (index: number) => string) =>
  Array.from({ length: 20_000 }, (_, index) => entry(index)).join(',');

test.each([
  ['scalars', '"a"'],
  ['a number, digit for digit', '1.50e+3'],
  ['nothing in lists and objects', '{"a":[],"b":{},"c":[[],{}]}'],
  ['nested lists', `[${many((index) => `[${index},[null,true,"${'x'.repeat(index % 40)}"]]`)}]`],
  ['objects in lists', `{"a":[${many((index) => `{"k${index}":{"b":[${index}]}}`)}],"z":false}`],
  ['characters of several bytes', `{"ä":[${many((index) => `"€😀\\u0001\\"${index}"`)}]}`],
  ['one long string of three bytes a character', `["${'€'.repeat(100_000)}"]`],
])('writes in parts what writeJson writes: %s', async (_what, text) => {
  const value = read(text);
  // However little it was thought to come to.
  for (const about of [0, 9000, text.length])
    expect((await writeBody(value, about)).toString('utf8')).toBe(writeJson(value));
});

test('stops writing when the client has disconnected', async () => {
  const disconnect = new AbortController();
  const writing = writeBody(read(`[${many(String)}]`), 200_000, disconnect.signal);
  disconnect.abort(new Error('the client left'));
  await expect(writing).rejects.toThrow('the client left');
});
