import fc from 'fast-check';
import { parseTree, type Node } from 'jsonc-parser';
import { describe, expect, it, vi } from 'vitest';
import {
  applyEdits,
  editSettings,
  freshSettings,
  parsePointer,
  parseSettings,
  toPointer,
  type SettingsPath,
} from './index.ts';

// Properties run for seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const edit = (text: string, path: SettingsPath, value: unknown): string => {
  const result = editSettings(text, path, value);
  if (!result.ok) throw new Error(`${JSON.stringify(result.error)} in ${text}`);
  return result.value;
};
const code = (text: string, path: SettingsPath, value: unknown) => {
  const result = editSettings(text, path, value);
  return result.ok ? 'ok' : result.error.code;
};

describe('editSettings by example', () => {
  it('makes a fresh document of no file, with the format version', () => {
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

  it('refuses places that are not there', () => {
    expect(code('{"a":1}', ['a', 'b'], 1)).toBe('settings.pointer');
    expect(code('{"a":null}', ['a', 'b'], 1)).toBe('settings.pointer');
    expect(code('{"a":[1]}', ['a', 3], 1)).toBe('settings.pointer');
    expect(code('{"a":[1]}', ['a', 'x'], 1)).toBe('settings.pointer');
    expect(code('{}', ['a', 2], 1)).toBe('settings.pointer');
    expect(code('{}', [], undefined)).toBe('settings.pointer');
    expect(code('{}', [], [1])).toBe('settings.pointer');
  });

  it('refuses what is not JSON, as text or as value', () => {
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

// ---- properties ----

/** Texts of leaves whose spelling JSON.parse would not give back. */
const leafText = fc.oneof(
  fc.constantFrom(
    '12345678901234567890',
    '1.0',
    '1e400',
    '-0',
    '0.10',
    '1E+2',
    '"\\u0041"',
    '"\\/"',
    '"\\ud83d\\ude00"',
    '"a\\tb"',
    'true',
    'false',
    'null',
    '[]',
    '{}',
    '[ ]',
    '{\t}',
  ),
  fc.integer().map(String),
  fc.string({ unit: 'binary', maxLength: 8 }).map((s) => JSON.stringify(s)),
  fc.constantFrom('"容器"', '"}{"', '"[,]"', '"// no comment"', '"\\\\"', '"\\""'),
);
type Layout = {
  readonly eol: string;
  readonly unit: string;
  readonly colon: string;
  readonly mode: 'tall' | 'compact' | 'airy' | 'mixed';
};
type Tree =
  | { readonly leaf: string }
  | { readonly keys: readonly string[]; readonly members: readonly Tree[] }
  | { readonly elements: readonly Tree[]; readonly flat: boolean };

const keyText = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'locked',
    'value',
    'enhancedContainerIsolation',
    '0',
    '1',
    '__proto__',
    'constructor',
    '/',
    '~',
    '',
    '键',
    'a b',
  ),
  fc.string({ maxLength: 5 }),
);
const tree = fc.letrec<{ node: Tree; object: Tree }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'doc' },
    leafText.map((leaf) => ({ leaf })),
    tie('object'),
    fc.record({
      elements: fc.array(tie('node'), { minLength: 1, maxLength: 4, depthIdentifier: 'doc' }),
      flat: fc.boolean(),
    }),
  ),
  object: fc
    .uniqueArray(keyText, { minLength: 1, maxLength: 5 })
    .chain((keys) => fc.tuple(...keys.map(() => tie('node'))).map((members) => ({ keys, members }))),
}));
const layout: fc.Arbitrary<Layout> = fc.record({
  eol: fc.constantFrom('\n', '\r\n', '\r'),
  unit: fc.constantFrom('  ', '\t', '    ', ' '),
  colon: fc.constantFrom(': ', ':', ' : '),
  mode: fc.constantFrom('tall', 'compact', 'airy', 'mixed'),
});

function print(node: Tree, at: Layout, indent = ''): string {
  if ('leaf' in node) return node.leaf;
  const inner = indent + at.unit;
  const parts =
    'keys' in node
      ? node.members.map((member, i) => JSON.stringify(node.keys[i]) + at.colon + print(member, at, inner))
      : node.elements.map((element) => print(element, at, inner));
  const [open, close] = 'keys' in node ? ['{', '}'] : ['[', ']'];
  if (at.mode === 'compact') return open + parts.join(',') + close;
  if (at.mode === 'airy' || (at.mode === 'mixed' && 'elements' in node && node.flat))
    return `${open} ${parts.join(' , ')} ${close}`;
  return `${open}${at.eol}${inner}${parts.join(`,${at.eol}${inner}`)}${at.eol}${indent}${close}`;
}

const documents = fc
  .tuple(tree.object, layout, fc.constantFrom('', '\n', '\r\n', '  \n'))
  .map(([node, at, end]) => print(node, at) + end);
const values = fc.jsonValue({ maxDepth: 3 }).map((v) => JSON.parse(JSON.stringify(v)) as unknown);

/** Text of every leaf (scalars and empty containers) by pointer. */
function leaves(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (node: Node, path: SettingsPath): void => {
    const children = node.children ?? [];
    if ((node.type === 'object' || node.type === 'array') && children.length > 0) {
      children.forEach((child, index) => {
        const [key, value] = child.children ?? [];
        if (node.type === 'array') walk(child, [...path, index]);
        else if (key !== undefined && value !== undefined) walk(value, [...path, String(key.value)]);
      });
    } else found.set(toPointer(path), text.slice(node.offset, node.offset + node.length));
  };
  const root = parseTree(text);
  if (root !== undefined) walk(root, []);
  return found;
}

function read(text: string, path: SettingsPath): unknown {
  let value: unknown = JSON.parse(text);
  for (const segment of path)
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
        ? (value as Record<string | number, unknown>)[segment]
        : undefined; // JSON value
  return value;
}

/** Every path of a document, containers included. */
function paths(text: string): SettingsPath[] {
  const walk = (value: unknown, path: SettingsPath): SettingsPath[] => [
    path,
    ...(Array.isArray(value)
      ? value.flatMap((element: unknown, index) => walk(element, [...path, index]))
      : typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, member]) => walk(member, [...path, key]))
        : []),
  ];
  return walk(JSON.parse(text), []).filter((path) => path.length > 0);
}

const inside = (pointer: string, of: string): boolean => pointer === of || pointer.startsWith(`${of}/`);
const placed = documents.chain((text) =>
  fc.record({ text: fc.constant(text), path: fc.constantFrom(...paths(text)) }),
);
const runs = { numRuns: 800 };
/** Equal as JSON: -0 is 0 there. */
const json = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

describe('editSettings keeps every byte it need not touch', () => {
  it('generates only documents that parse', () => {
    fc.assert(
      fc.property(documents, (text) => {
        expect(parseSettings(text).ok).toBe(true);
      }),
      runs,
    );
  });

  it('setting a value: it reads back; other leaves and the text around it are unchanged', () => {
    fc.assert(
      fc.property(placed, values, ({ text, path }, value) => {
        const after = edit(text, path, value);
        expect(json(read(after, path))).toEqual(value);
        const pointer = toPointer(path);
        const outside = (all: Map<string, string>) => [...all].filter(([at]) => !inside(at, pointer));
        expect(outside(leaves(after))).toEqual(outside(leaves(text)));
        // An existing value is replaced in its own range: both sides of it are byte-identical.
        const parsed = parseSettings(text);
        if (!parsed.ok) throw new Error('unreachable');
        const node = findNode(parsed.value.tree, path);
        expect(after.startsWith(text.slice(0, node.offset))).toBe(true);
        expect(after.endsWith(text.slice(node.offset + node.length))).toBe(true);
      }),
      runs,
    );
  });

  it('setting what is there already changes nothing', () => {
    fc.assert(
      fc.property(placed, ({ text, path }) => {
        const value = read(text, path);
        // Infinity is no JSON value.
        fc.pre(!JSON.stringify(value).includes('null') || !text.includes('1e400'));
        expect(edit(text, path, value)).toBe(text);
      }),
      runs,
    );
  });

  it('adding a member: only an insertion; taking it away again gives the same bytes', () => {
    fc.assert(
      fc.property(placed, fc.string({ minLength: 6, maxLength: 9 }), values, ({ text, path }, key, value) => {
        const parent = read(text, path);
        fc.pre(
          typeof parent === 'object' &&
            parent !== null &&
            Object.keys(parent).length > 0 &&
            !Object.hasOwn(parent, key),
        );
        const at = Array.isArray(parent) ? [...path, parent.length] : [...path, key];
        const after = edit(text, at, value);
        expect(json(read(after, at))).toEqual(value);
        let head = 0;
        while (head < text.length && text[head] === after[head]) head++;
        expect(after.endsWith(text.slice(head))).toBe(true);
        expect(edit(after, at, undefined)).toBe(text);
      }),
      runs,
    );
  });

  it('removing: it is gone; every other leaf keeps its spelling and order', () => {
    fc.assert(
      fc.property(placed, ({ text, path }) => {
        const after = edit(text, path, undefined);
        const pointer = toPointer(path);
        const parent = path.slice(0, -1);
        const container = read(text, parent);
        // Without what was removed the parent may be empty, and so a leaf itself.
        const rest = (all: Map<string, string>) =>
          [...all].filter(([at]) => !inside(at, pointer) && at !== toPointer(parent)).map(([, leaf]) => leaf);
        if (Array.isArray(container)) {
          const expected = container.toSpliced(Number(path.at(-1)), 1) as unknown[];
          expect(read(after, parent)).toEqual(expected);
          const retained = [...leaves(text)].filter(([at]) => !inside(at, pointer)).map(([, leaf]) => leaf);
          expect(
            [...leaves(after)]
              .filter(([at]) => expected.length > 0 || at !== toPointer(parent))
              .map(([, leaf]) => leaf),
          ).toEqual(retained);
        } else {
          expect(read(after, path)).toBeUndefined();
          expect(rest(leaves(after))).toEqual(rest(leaves(text)));
        }
      }),
      runs,
    );
  });

  it('never mixes in another line end, and never leaves a document that does not parse', () => {
    fc.assert(
      fc.property(placed, fc.oneof(values, fc.constant(undefined)), ({ text, path }, value) => {
        const after = edit(text, path, value);
        const ends = (t: string) => new Set(t.trim().match(/\r\n|\n|\r/g) ?? []);
        const before = ends(text);
        if (before.size > 0) for (const end of ends(after)) expect(before).toContain(end);
        expect(parseSettings(after).ok).toBe(true);
      }),
      runs,
    );
  });

  it('a whole list set at once keeps the spelling of what stays at both ends', () => {
    const odd = fc.uniqueArray(
      fc.constantFrom(
        '1.0',
        '2.50',
        '"\\u0041"',
        '1e1',
        '12345678901234567890',
        '-0.0',
        '[ 7.0 ]',
        '{"k" : 8.0}',
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        odd,
        fc.array(fc.integer({ min: 1000 }), { maxLength: 3 }),
        fc.array(fc.integer({ max: -1000 }), { maxLength: 3 }),
        fc.nat(6),
        layout,
        (retained, removed, come, split, at) => {
          const [head, tail] = [retained.slice(0, split), retained.slice(split)];
          const list = (leaves: readonly string[]): Tree =>
            leaves.length === 0
              ? { leaf: '[]' }
              : { elements: leaves.map((leaf) => ({ leaf })), flat: false };
          const text = print(
            { keys: ['l'], members: [list([...head, ...removed.map(String), ...tail])] },
            at,
          );
          const wanted = [...head, ...come.map(String), ...tail];
          const after = edit(text, ['l'], JSON.parse(`[${wanted.join(',')}]`));
          const root = parseTree(after);
          const spelt =
            root === undefined
              ? []
              : findNode(root, ['l']).children?.map((node) =>
                  after.slice(node.offset, node.offset + node.length),
                );
          expect(spelt).toEqual(wanted);
        },
      ),
      runs,
    );
  });
});

describe('editSettings on a whole object', () => {
  it('keeps the spelling and order of members that stay while others come and go', () => {
    const members = fc.uniqueArray(
      fc.record({
        key: fc.string({ maxLength: 4 }),
        leaf: fc.constantFrom('1.0', '2.50', '"\\u0041"', '[ 7.0 ]', '{"k" : 8.0}'),
        stays: fc.boolean(),
      }),
      { selector: (m) => m.key, minLength: 1, maxLength: 6 },
    );
    const come = fc.uniqueArray(fc.string({ minLength: 5, maxLength: 6 }), { maxLength: 3 });
    fc.assert(
      fc.property(members, come, layout, (before, added, at) => {
        const retained = before.filter((m) => m.stays);
        fc.pre(retained.length > 0 && added.every((key) => !before.some((m) => m.key === key)));
        const text = print(
          {
            keys: ['o'],
            members: [{ keys: before.map((m) => m.key), members: before.map((m) => ({ leaf: m.leaf })) }],
          },
          at,
        );
        const value = Object.fromEntries([
          ...retained.map((m) => [m.key, JSON.parse(m.leaf) as unknown]),
          ...added.map((key) => [key, 5]),
        ]);
        const after = edit(text, ['o'], value);
        const root = parseTree(after);
        const spelt =
          root === undefined
            ? []
            : findNode(root, ['o']).children?.map((p) => [
                p.children?.[0]?.value,
                after.slice(p.children?.[1]?.offset, p.offset + p.length),
              ]);
        const wanted = [...retained.map((m) => [m.key, m.leaf]), ...added.map((key) => [key, '5'])];
        // Object keys that look like indexes come first in JavaScript; among the added ones any order will
        // do.
        expect(spelt?.slice(0, retained.length)).toEqual(wanted.slice(0, retained.length));
        expect(spelt?.toSorted()).toEqual(wanted.toSorted());
      }),
      runs,
    );
  });
});

function findNode(root: Node, path: SettingsPath): Node {
  let node: Node | undefined = root;
  for (const segment of path) {
    const children: Node[] = node?.children ?? [];
    node =
      node?.type === 'array'
        ? children[Number(segment)]
        : children.findLast((p) => p.children?.[0]?.value === String(segment))?.children?.[1];
  }
  if (node === undefined) throw new Error(`no node at ${toPointer(path)}`);
  return node;
}

describe('JSON pointers (RFC 6901)', () => {
  it('reads the examples of the RFC', () => {
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

  it('writes what it reads', () => {
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
