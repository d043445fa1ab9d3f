import { expect, it } from 'vitest';
import { loadTranslator } from '../messages/translator.ts';
import { problemDenial } from './build-steps.ts';
import { refusalMessage, type Denial } from './decision.ts';
import { parseJson } from './json-parser.ts';
import { readMessage } from './protobuf.ts';
import { readBodyAs, type ReadBody } from './request-body.ts';

const shape = { fields: { Size: 'integer', Names: { list: 'string' }, On: 'boolean' } } as const;
function read(text: string): ReadBody {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return readBodyAs(parsed.value, shape);
}
function denialOf(text: string): Denial {
  const result = read(text);
  if (result.ok) throw new Error(`${text} fits`);
  return result.denial;
}

it.each([
  ['{"Size":"x"}', 'it must be a whole number', '必须是：整数'],
  ['{"Names":{}}', 'it must be a list', '必须是：列表'],
  ['{"Names":[null]}', 'it must be a value other than null', '必须是：null 以外的值'],
  ['{"On":1}', 'it must be true or false', '必须是：true 或 false'],
])('says what a field must be, in both languages: %s', async (text, english, chinese) => {
  const refusal = refusalMessage(denialOf(text));
  expect(refusal.text).toContain(english);
  expect((await loadTranslator('zh-CN'))(refusal)).toContain(chinese);
});

it('says in both languages why a request of a build is not understood', async () => {
  const result = readMessage(
    { name: 'pb.Op', fields: { 1: { name: 'text', type: 'string' } } },
    Uint8Array.of(10),
  );
  if (result.ok) throw new Error('it was read');
  const refusal = refusalMessage(problemDenial(result.problem));
  expect(refusal.text).toContain('pb.Op: it is cut short');
  expect((await loadTranslator('zh-CN'))(refusal)).toContain('pb.Op：内容不完整');
});
