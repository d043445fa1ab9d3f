import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LineIndex, nodeAt, parseSettings, type SyntaxErrorCode } from './index.ts';
import { maxSettingsDepth, maxTextLength } from './document-limits.ts';

// Properties run for seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const first = (text: string) => {
  const result = parseSettings(text);
  if (result.ok) throw new Error('it parsed');
  const [error] = result.error;
  if (error === undefined) throw new Error('no error in the list');
  return error;
};

describe('parseSettings', () => {
  it.each<[string, SyntaxErrorCode, number, number]>([
    ['', 'empty', 1, 1],
    [' \n\t', 'empty', 2, 2],
    ['\uFEFF{}', 'bom', 1, 1],
    ['{"a": 1,}', 'trailing-comma', 1, 8],
    ['{"a": [1,\n2, ]}', 'trailing-comma', 2, 2],
    ['{"a": 1 // why\n}', 'comment', 1, 9],
    ['/* x */ {}', 'comment', 1, 1],
    ['{"a": 1 "b": 2}', 'comma-expected', 1, 9],
    ['{"a" 1}', 'colon-expected', 1, 6],
    ['{"a": }', 'value-expected', 1, 7],
    ['{a: 1}', 'symbol-invalid', 1, 2],
    ['{"a": 1', 'close-expected', 1, 8],
    ['{} {}', 'end-expected', 1, 4],
    ['{"a": "b\n}', 'string-unfinished', 1, 7],
    ['{"a": "\\x"}', 'string-invalid', 1, 7],
    ['{"a": "\t"}', 'string-invalid', 1, 7],
    ['{"a": 1.}', 'number-invalid', 1, 7],
    ["{'a': 1}", 'symbol-invalid', 1, 2],
    ['{"a": True}', 'symbol-invalid', 1, 7],
    ['{"a": NaN}', 'symbol-invalid', 1, 7],
    ['[]', 'not-an-object', 1, 1],
    ['"x"', 'not-an-object', 1, 1],
    ['{\r\n  "a": 1,\r\n  "b" 2\r\n}', 'colon-expected', 3, 7],
    ['{"容器": 1 "b": 2}', 'comma-expected', 1, 10],
  ])('%j: %s at line %d, column %d', (text, code, line, column) => {
    expect(first(text)).toMatchObject({ code, line, column });
  });

  it('shows the position with carets', () => {
    expect(first('{\n\t"a": 1,\n\t"b": tru\n}').excerpt).toBe('\t"b": tru\n\t     ^^^');
    expect(first(`{"${'x'.repeat(500)}": oops}`).excerpt).toMatch(/^….*oops.*\n +\^{4}$/u);
  });

  it('accepts exactly the objects that JSON.parse accepts', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-',
      '01',
      '1e5',
      '.5',
      'true',
      'nul',
      'null',
      ' ',
      '\n',
      '\u00A0',
      '\u2028',
      '//',
      '/*',
      '*/',
      '"',
      '\\',
      '\u0000',
      '\uFEFF',
      '"\u007F"',
      '"\\u12"',
      '+1',
    );
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((p) => p.join('')),
      fc.array(pieces, { maxLength: 6 }).map((p) => `{"a":${p.join('')}}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let expected = false;
        try {
          const value: unknown = JSON.parse(text);
          expected = typeof value === 'object' && value !== null && !Array.isArray(value);
        } catch {
          /* not JSON */
        }
        const result = parseSettings(text);
        expect(result.ok).toBe(expected);
        if (!result.ok) {
          expect(result.error.length).toBeGreaterThan(0);
          for (const error of result.error)
            expect(
              error.offset >= 0 && error.offset <= text.length && error.line >= 1 && error.column >= 1,
            ).toBe(true);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('limits size and depth before it parses', () => {
    expect(first(' '.repeat(maxTextLength + 1)).code).toBe('too-large');
    expect(first('['.repeat(2_000_000)).code).toBe('too-deep');
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(parseSettings(nested(maxSettingsDepth)).ok).toBe(true);
    expect(first(nested(maxSettingsDepth + 1)).code).toBe('too-deep');
    expect(parseSettings(`{"a":"${'['.repeat(1000)}"}`).ok).toBe(true);
  });

  it('lists a bounded number of errors', () => {
    const result = parseSettings(`{${'x '.repeat(100_000)}`);
    expect(!result.ok && result.error.length).toBeLessThanOrEqual(20);
  });

  it('finds duplicate keys at any depth, escaped ones too', () => {
    const text = '{"a":1,"b":[{"c":1,"\\u0063":2}],"a":{"d":0,"d":0,"d":0},"__proto__":1,"__proto__":2}';
    const result = parseSettings(text);
    if (!result.ok) throw new Error('it did not parse');
    expect(
      result.value.duplicates.map((d) => [
        d.pointer,
        text.slice(d.offset, d.offset + d.length),
        d.firstOffset,
      ]),
    ).toEqual([
      ['/b/0/c', '"\\u0063"', 13],
      ['/a', '"a"', 1],
      ['/a/d', '"d"', text.indexOf('"d"')],
      ['/a/d', '"d"', text.indexOf('"d"')],
      ['/__proto__', '"__proto__"', text.indexOf('"__proto__"')],
    ]);
  });

  it('types the known keys and reports the position of a wrong type', () => {
    const good = parseSettings('{"enhancedContainerIsolation":{"value":true},"other":{"x":[1]}}');
    expect(good.ok && good.value.settings).toMatchObject({
      enhancedContainerIsolation: { value: true },
      other: { x: [1] },
    });
    const bad = parseSettings(
      '{"enhancedContainerIsolation":{"value":"yes","dockerSocketMount":{"imageList":{"images":[1]}}},' +
        '"bulkhead":{"mode":"off"}}',
    );
    expect(bad.ok && bad.value.settings).toBeNull();
    expect(bad.ok && bad.value.typeErrors.map((e) => [e.pointer, e.expected, e.found])).toEqual([
      ['/enhancedContainerIsolation/value', 'boolean', 'string'],
      ['/enhancedContainerIsolation/dockerSocketMount/imageList/images/0', 'string', 'number'],
      ['/bulkhead/mode', '"enforce" or "audit"', '"off"'],
    ]);
    // Types have their names in the sentence, which is translated.
    expect(bad.ok && bad.value.typeErrors.map((e) => e.message)).toEqual([
      '/enhancedContainerIsolation/value: expected true or false, got a string.',
      '/enhancedContainerIsolation/dockerSocketMount/imageList/images/0: expected a string, got a number.',
      '/bulkhead/mode: expected "enforce" or "audit", got "off".',
    ]);
  });

  it('finds nodes: an index in a list, the last of duplicate keys, nothing else', () => {
    const result = parseSettings('{"a":[{"b":1}],"c":1,"c":2}');
    if (!result.ok) throw new Error('it did not parse');
    const { tree } = result.value;
    expect([
      nodeAt(tree, ['a', 0, 'b'])?.value,
      nodeAt(tree, ['a', '0', 'b'])?.value,
      nodeAt(tree, ['c'])?.value,
    ]).toEqual([1, 1, 2]);
    expect([
      nodeAt(tree, ['a', '00']),
      nodeAt(tree, ['a', 1]),
      nodeAt(tree, ['c', 'd']),
      nodeAt(tree, ['toString']),
    ]).toEqual(Array(4).fill(undefined));
  });
});

describe('LineIndex', () => {
  it('counts lines like editors, whatever the line end', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\r\n', '容') }), (text) => {
        const lines = new LineIndex(text);
        const split = text.split(/\r\n|\n|\r/);
        expect(split.map((_, i) => lines.line(i + 1))).toEqual(split);
        for (let offset = 0; offset <= text.length; offset++) {
          const before = text.slice(0, offset);
          // The position between CR and LF belongs to the line that they end.
          const whole = before.endsWith('\r') && text[offset] === '\n' ? before.slice(0, -1) : before;
          expect(lines.at(offset).line).toBe(whole.split(/\r\n|\n|\r/).length);
        }
      }),
    );
  });
});
