import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyEdits,
  editSettings,
  freshSettings,
  parsePointer,
  parseSettings,
  toPointer,
  type SettingsPath,
} from './index.ts';
import { edit } from './edit-fixture.ts';

const code = (text: string, path: SettingsPath, value: unknown) => {
  const result = editSettings(text, path, value);
  return result.ok ? 'ok' : result.error.code;
};

describe('editSettings by example', () => {
  it('creates a new document from no file, with the format version', () => {
    expect(edit('', ['enhancedContainerIsolation', 'value'], true)).toBe(
      '{\n  "configurationFileVersion": 2,\n  "enhancedContainerIsolation": {\n    "value": true\n  }\n}\n',
    );
    expect(edit('', ['x'], undefined)).toBe('');
    expect(parseSettings(freshSettings).ok).toBe(true);
  });

  it.each<[string, string, SettingsPath, unknown, string]>([
    [
      'replaces a scalar and nothing else',
      '{"a" :1 ,\t"b":[ 1,2 ]}',
      ['a'],
      true,
      '{"a" :true ,\t"b":[ 1,2 ]}',
    ],
    [
      'leaves an equal value as it is spelt',
      '{"a": 1.0, "b": "\\u0041"}',
      ['a'],
      1,
      '{"a": 1.0, "b": "\\u0041"}',
    ],
    [
      'adds with tabs and CRLF',
      '{\r\n\t"a": 1\r\n}\r\n',
      ['b'],
      { c: [1] },
      '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": [\r\n\t\t\t1\r\n\t\t]\r\n\t}\r\n}\r\n',
    ],
    [
      'adds with four spaces',
      '{\n    "a": {\n        "x": 1\n    }\n}',
      ['a', 'y'],
      [],
      '{\n    "a": {\n        "x": 1,\n        "y": []\n    }\n}',
    ],
    ['stays on one line', '{"a":1,"b":2}', ['c'], { d: [1, 2] }, '{"a":1,"b":2,"c":{"d":[1,2]}}'],
    [
      'stays on one airy line',
      '{ "a": 1, "b": 2 }',
      ['c'],
      { d: [1] },
      '{ "a": 1, "b": 2, "c": { "d": [1] } }',
    ],
    [
      'joins a list on one line inside a tall document',
      '{\n  "a": [1, 2],\n  "b": 0\n}',
      ['a', 2],
      3,
      '{\n  "a": [1, 2, 3],\n  "b": 0\n}',
    ],
    ['appends with -', '{"a":[1]}', ['a', '-'], 2, '{"a":[1,2]}'],
    ['removes the first of a list', '{"a": [1, 2, 3]}', ['a', 0], undefined, '{"a": [2, 3]}'],
    ['removes the last of a list on one line', '{"a": [1, 2]}', ['a', 1], undefined, '{"a": [1]}'],
    [
      'removes the middle',
      '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}',
      ['b'],
      undefined,
      '{\n  "a": 1,\n  "c": 3\n}',
    ],
    ['removes the only one', '{\n  "a": 1\n}\n', ['a'], undefined, '{}\n'],
    ['removes nothing where there is nothing', '{"a":1}', ['b', 'c'], undefined, '{"a":1}'],
    [
      'fills an empty object in a tall document',
      '{\n  "a": {}\n}',
      ['a', 'b'],
      1,
      '{\n  "a": {\n    "b": 1\n  }\n}',
    ],
    ['fills an empty document', '{}', ['a'], 1, '{\n  "a": 1\n}'],
    [
      'makes missing parents, lists for numbers',
      '{"a":1}',
      ['f', 0, 'path'],
      '/x',
      '{"a":1,"f":[{"path":"/x"}]}',
    ],
    [
      'rewrites only the element of a list that differs',
      '{"l": [ "a" ,"b",  "c" ]}',
      ['l'],
      ['a', 'x', 'c'],
      '{"l": [ "a" ,"x",  "c" ]}',
    ],
    [
      'keeps the spelling of the neighbours when a list shrinks',
      '{"l": [1.0, 2.0, 3.0]}',
      ['l'],
      [1, 3],
      '{"l": [1.0, 3.0]}',
    ],
    [
      'keeps unknown members when an object is set with them',
      '{"o": {"z": 1.50, "y": 2}}',
      ['o'],
      { z: 1.5, y: 3 },
      '{"o": {"z": 1.50, "y": 3}}',
    ],
    ['finds a key that looks like an index', '{"0": 1}', [0], 2, '{"0": 2}'],
    ['sets the last of duplicated keys, the one that counts', '{"a":1,"a":2}', ['a'], 3, '{"a":1,"a":3}'],
    ['removes every one of duplicated keys', '{"a":1,"b":0,"a":2}', ['a'], undefined, '{"b":0}'],
    ['keeps __proto__ an ordinary key', '{"a":1}', ['__proto__', 'x'], 2, '{"a":1,"__proto__":{"x":2}}'],
    [
      'replaces the whole document member by member',
      '{ "a": 1.0,\n "b": 2 }',
      [],
      { a: 1, b: 3 },
      '{ "a": 1.0,\n "b": 3 }',
    ],
  ])('%s', (_, text, path, value, expected) => {
    expect(edit(text, path, value)).toBe(expected);
  });

  it('refuses missing places', () => {
    expect(code('{"a":1}', ['a', 'b'], 1)).toBe('settings.pointer');
    expect(code('{"a":null}', ['a', 'b'], 1)).toBe('settings.pointer');
    expect(code('{"a":[1]}', ['a', 3], 1)).toBe('settings.pointer');
    expect(code('{"a":[1]}', ['a', 'x'], 1)).toBe('settings.pointer');
    expect(code('{}', ['a', 2], 1)).toBe('settings.pointer');
    expect(code('{}', [], undefined)).toBe('settings.pointer');
    expect(code('{}', [], [1])).toBe('settings.pointer');
  });

  it('refuses invalid JSON, as text or as value', () => {
    for (const text of ['{', '[]', '{"a":1,}', '// x\n{}', '\uFEFF{}'])
      expect(code(text, ['a'], 1)).toBe('settings.syntax');
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;
    for (const value of [NaN, Infinity, 1n, () => 1, Symbol('x'), ring, { deep: [undefined, NaN] }])
      expect(code('{}', ['a'], value)).toBe('input.unusable');
  });

  it('refuses edits that overlap', () => {
    expect(() =>
      applyEdits('abc', [
        { offset: 0, length: 2, text: '' },
        { offset: 1, length: 1, text: '' },
      ]),
    ).toThrow('overlap');
  });
});

describe('JSON pointers (RFC 6901)', () => {
  it('parses the examples of the RFC', () => {
    const path = (pointer: string) => {
      const r = parsePointer(pointer);
      return r.ok ? r.value : r.error.code;
    };
    expect([
      path(''),
      path('/foo/0'),
      path('/'),
      path('/a~1b'),
      path('/m~0n'),
      path('/~01'),
      path('/ '),
      path('/-'),
      path('/01'),
    ]).toEqual([[], ['foo', 0], [''], ['a/b'], ['m~n'], ['~1'], [' '], ['-'], ['01']]);
    expect([path('foo'), path('/~2'), path('/~'), path('#/a')]).toEqual(Array(4).fill('settings.pointer'));
  });

  it('writes what it parses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '/', '~', '0', '1', '-', ' ', '键') })),
        (keys) => {
          const pointer = toPointer(keys);
          const back = parsePointer(pointer);
          expect(back.ok && back.value.map(String)).toEqual(keys);
          expect(back.ok && toPointer(back.value)).toBe(pointer);
        },
      ),
    );
  });
});
