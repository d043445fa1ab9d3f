import fc from 'fast-check';
import { parseTree, type Node } from 'jsonc-parser';
import { describe, expect, it, vi } from 'vitest';
import { parseSettings, toPointer, type SettingsPath } from './index.ts';
import { type Tree, layout, print, runs, edit, findNode } from './edit-fixture.ts';

// Properties run for seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

// ---- properties ----

/** Texts of leaves whose notation JSON.parse would not preserve. */
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
/** Equal as JSON: -0 is 0 there. */
const json = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

describe('editSettings keeps every byte that need not change', () => {
  it('generates only documents that parse', () => {
    fc.assert(
      fc.property(documents, (text) => {
        expect(parseSettings(text).ok).toBe(true);
      }),
      runs,
    );
  });

  it('setting a value: it is read back; other leaves and the text around it are unchanged', () => {
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

  it('setting an equal value changes nothing', () => {
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

  it('adding a member: only an insertion; removing it again restores the same bytes', () => {
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

  it('removing: it is gone; every other leaf keeps its notation and order', () => {
    fc.assert(
      fc.property(placed, ({ text, path }) => {
        const after = edit(text, path, undefined);
        const pointer = toPointer(path);
        const parent = path.slice(0, -1);
        const container = read(text, parent);
        // Without the removed members the parent may be empty, and therefore a leaf itself.
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

  it('never adds another kind of line end, and never leaves a document that does not parse', () => {
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

  it('a whole list set at once keeps the notation of unchanged elements at both ends', () => {
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
        (retained, removed, added, split, at) => {
          const [head, tail] = [retained.slice(0, split), retained.slice(split)];
          const list = (leaves: readonly string[]): Tree =>
            leaves.length === 0
              ? { leaf: '[]' }
              : { elements: leaves.map((leaf) => ({ leaf })), flat: false };
          const text = print(
            { keys: ['l'], members: [list([...head, ...removed.map(String), ...tail])] },
            at,
          );
          const wanted = [...head, ...added.map(String), ...tail];
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
