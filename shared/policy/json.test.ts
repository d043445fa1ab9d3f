import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonNumber, foldKey, isList, isObject, writeJson, type Json } from './json.ts';
import { JsonReading, parseJson } from './json-parser.ts';

const plain = (value: Json): unknown => {
  if (value instanceof JsonNumber) return Number(value.text);
  if (isObject(value)) return Object.fromEntries([...value].map(([key, entry]) => [key, plain(entry)]));
  return isList(value) ? value.map(plain) : value;
};

describe('lossless JSON', () => {
  it('parses what JSON.parse parses, and serializes it to an equal value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const value: unknown = JSON.parse(text);
        fc.pre(!/\p{Surrogate}/u.test(text) && !/\\u[dD][89a-fA-F]/.test(text));
        const result = parseJson(JSON.stringify(value, null, indent));
        if (!result.ok) throw new Error(result.why);
        expect(JSON.parse(writeJson(result.value))).toEqual(value);
        expect(JSON.stringify(plain(result.value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('never accepts what JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({
            unit: fc.constantFrom(
              '{',
              '}',
              '[',
              ']',
              '"',
              ':',
              ',',
              '1',
              '-',
              '.',
              'e',
              't',
              'true',
              'null',
              '\\',
              'u',
              ' ',
              '\n',
              '0',
            ),
          }),
          fc.string(),
        ),
        (text) => {
          if (parseJson(text).ok) expect(() => JSON.parse(text) as unknown).not.toThrow();
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('keeps the text of numbers', () => {
    const result = parseJson('[9007199254740993, -0, 1e400, 0.10]');
    expect(result.ok && writeJson(result.value)).toBe('[9007199254740993,-0,1e400,0.10]');
  });

  it.each([
    '',
    ' ',
    '{',
    '{}{}',
    '[] x',
    '\ufeff{}',
    '{"a":1,}',
    '[1,]',
    "{'a':1}",
    '{a:1}',
    '// x\n{}',
    'NaN',
    '01',
    '+1',
    '.5',
    '1.',
    '"\u0001"',
    '"\\x"',
    '"\\u12"',
    '"\\ud800"',
    '"a',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":1,"__proto__":2}',
    `[${'1'.repeat(100)}]`,
    '['.repeat(100),
  ])('refuses %s', (text) => {
    expect(parseJson(text).ok).toBe(false);
  });

  it('limits the number of elements, and of the entries of a list and of an object', () => {
    const limits = { depth: 3, elements: 6, entries: 3 };
    expect(parseJson('[[1,2],[3]]', limits).ok).toBe(true);
    expect(parseJson('[[1,2],[3,4]]', limits)).toMatchObject({
      ok: false,
      why: 'it has more than 6 elements',
    });
    expect(parseJson('[1,2,3]', limits).ok).toBe(true);
    expect(parseJson('[1,2,3,4]', limits)).toMatchObject({
      ok: false,
      why: 'a list or an object in it has more than 3 entries',
    });
    expect(parseJson('{"a":1,"b":2,"c":3}', limits).ok).toBe(true);
    expect(parseJson('{"a":1,"b":2,"c":3,"d":4}', limits)).toMatchObject({
      ok: false,
      why: 'a list or an object in it has more than 3 entries',
    });
  });

  it('parses in parts with the same result', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 5 }), (text, part) => {
        const reading = new JsonReading(text);
        let result = reading.next(part);
        while (result === null) result = reading.next(part);
        expect(result).toEqual(parseJson(text));
      }),
    );
  });

  it('accepts as many entries as a program may have arguments and variables', () => {
    expect(parseJson(`{"Env":[${'"A=",'.repeat(190_000)}"B="]}`).ok).toBe(true);
  });

  it('keeps keys that are special in JavaScript', () => {
    const text = '{"__proto__":{"a":1},"constructor":2,"1":3,"0":4}';
    const result = parseJson(text);
    expect(result.ok && writeJson(result.value)).toBe(text);
  });

  it('folds keys like Go', () => {
    expect(foldKey('Ho\u017ftConfig')).toBe(foldKey('HOSTCONFIG'));
    expect(foldKey('Networ\u212aMode')).toBe(foldKey('networkmode'));
  });
});

describe("invalid JSON gets the message of Go's decoder, before Go 1.27", () => {
  it.each([
    ['{', 'unexpected EOF'],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
    ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
    ['{"a":"\\u12x4"}', "invalid character 'x' in \\u hexadecimal character escape"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
    ['{"a":-}', "invalid character '}' in numeric literal"],
    ['{"a":é}', "invalid character 'Ã' looking for beginning of value"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['{"a":1}{}', 'unexpected content after JSON'],
  ])('%j', (text, why) => {
    expect(parseJson(text)).toEqual({ ok: false, why, isSyntaxError: true });
  });
});
