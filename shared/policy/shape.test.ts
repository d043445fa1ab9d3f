import { describe, expect, it } from 'vitest';
import { writeJson } from './json.ts';
import { parseJson } from './json-parser.ts';
import { checkShape, type Shape } from './shape.ts';

const shape: Shape = {
  fields: {
    Name: 'string',
    Size: 'integer',
    Inner: { fields: { Task: 'string' } },
    Labels: { map: 'string' },
  },
  ignored: ['Extra'],
};
function read(text: string): string {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.why);
  const result = checkShape(parsed.value, shape);
  return result.ok ? writeJson(result.value) : `${result.problem.path}: ${result.problem.why}`;
}

describe('a body that is checked against its shape', () => {
  it('has the keys that Go accepts for its fields, under the names of these fields', () => {
    expect(read('{"name":"a","SIZE":1}')).toBe('{"Name":"a","Size":1}');
    expect(read('{"inner":{"ta\u017f\u212a":"x"}}')).toBe('{"Inner":{"Task":"x"}}');
    expect(read('{"inner":{"task":1}}')).toBe('Inner.Task: wrong-type');
  });

  it('keeps the keys of maps', () => {
    expect(read('{"Labels":{"a":"1","A":"2"}}')).toBe('{"Labels":{"a":"1","A":"2"}}');
  });

  it.each([
    '{"Name":"a","name":"b"}',
    '{"name":"a","Name":"b"}',
    '{"name":"a","NAME":"b"}',
    '{"Name":null,"name":"b"}',
    '{"name":"b","Name":null}',
  ])('refuses a field under two spellings: %s', (text) => {
    expect(read(text)).toMatch(/repeated-field$/);
  });

  it('A1: loses what no engine reads, whatever its value, in every spelling', () => {
    for (const key of ['Extra', 'extra', 'EXTRA'])
      expect(read(`{"Name":"a","${key}":{"Name":[1]}}`)).toBe('{"Name":"a"}');
  });

  it("A1: loses unknown fields with Go's zero values, and refuses others", () => {
    for (const value of ['null', '""', '0', '-0', '0.0', 'false', '[]', '{}'])
      expect(read(`{"Name":"a","New":${value}}`)).toBe('{"Name":"a"}');
    for (const value of ['true', '1', '"0"', '[0]', '{"a":null}'])
      expect(read(`{"Name":"a","New":${value}}`)).toBe('New: unknown-field');
  });

  it('A1: loses unknown structs without a value, which Go writes even with omitempty; maps are none', () => {
    for (const value of [
      '{"Type":"","Config":null}',
      '{"Limit":{"Soft":0,"Hard":0},"Names":[]}',
      '"0001-01-01T00:00:00Z"',
    ])
      expect(read(`{"Name":"a","New":${value}}`)).toBe('{"Name":"a"}');
    for (const value of ['{"Type":"x"}', '{"Limit":{"Soft":1}}', '{"/run":""}', '{"80/tcp":{}}', '{"a":""}'])
      expect(read(`{"Name":"a","New":${value}}`)).toBe('New: unknown-field');
  });

  it('keeps zero values of known fields', () => {
    expect(read('{"Name":"","Size":0,"Inner":null}')).toBe('{"Name":"","Size":0,"Inner":null}');
  });
});
