import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isolateSpec, isPrivileged, parseSpec, renderSpec, type IsolationFacts } from './bundle.ts';
import type { OciSpec } from '../base/oci-spec.ts';

/**
 * For any config.json: the result, read as runc reads it (case-insensitive keys, the last one wins), is
 * isolated, or there is no result.
 */
const facts: IsolationFacts = {
  base: 1_000_013_824,
  rangeSize: 65536,
  joinedUserNamespace: null,
  rootPath: '/run/m/x/root',
  deviceSources: new Map(),
  grantedDevices: [],
  moreMounts: [],
  layerSources: new Map(),
  bindSources: new Map([[0, { path: '/run/m/x/0', isDirectory: true, lockedFlags: ['nodev'] }]]),
  checkHook: { path: '/rt/bulkhead-runc', args: ['bulkhead-runc', '--bulkhead-check-container'] },
  unifiedCgroups: false,
  cgroupHook: { path: '/rt/bulkhead-runc', args: ['bulkhead-runc', '--bulkhead-chown-cgroup'] },
  kernelSettingsHook: null,
};

/** A number in any notation that JSON allows, as text. */
const number = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String),
  fc.constantFrom('-1', '0', '1.0', '1e3', '-0', '18446744073709551615', '1E400'),
);
const text = fc
  .oneof(
    fc.string(),
    fc.constantFrom('user', 'mount', 'bind', 'rbind', 'a', 'c', 'b', '', '/dev/vda', '__proto__', '\u2028'),
    fc.string({ unit: 'binary' }),
  )
  .map((value) => JSON.stringify(value));
const key = (name: string) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constant(name) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        name.toUpperCase(),
        `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        name.replace('s', '\u017f'),
        name.replace('k', '\u212a'),
      ),
    },
  );
const { anything } = fc.letrec<{ anything: string }>((tie) => ({
  anything: fc.oneof(
    { maxDepth: 3 },
    number,
    text,
    fc.constantFrom('null', 'true', 'false'),
    fc.array(tie('anything'), { maxLength: 3 }).map((all) => `[${all.join(',')}]`),
    fc.array(fc.tuple(text, tie('anything')), { maxLength: 3 }).map(objectOf),
  ),
}));
function objectOf(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`;
}
/** An object with some of `fields` and some unknown ones, in any order, possibly with duplicates. */
const object = (fields: Readonly<Record<string, fc.Arbitrary<string>>>) =>
  fc
    .array(
      fc.oneof(
        {
          weight: 8,
          arbitrary: fc.constantFrom(...Object.entries(fields)).chain(([name, value]) =>
            fc.tuple(
              key(name).map((spelt) => JSON.stringify(spelt)),
              value,
            ),
          ),
        },
        { weight: 1, arbitrary: fc.tuple(text, anything) },
      ),
      { maxLength: 8 },
    )
    .map(objectOf);
const list = (element: fc.Arbitrary<string>) =>
  fc.array(element, { maxLength: 4 }).map((all) => `[${all.join(',')}]`);
const rule = object({
  allow: fc.constantFrom('true', 'false'),
  type: fc.constantFrom('"a"', '"b"', '"c"', '""'),
  major: number,
  minor: fc.oneof(number, fc.constant('null')),
  access: fc.constantFrom('"rwm"', '"m"'),
});
const device = object({
  path: fc.constantFrom('"/dev/vda"', '"/dev/null"', '"/dev/fuse"'),
  type: fc.constantFrom('"b"', '"c"'),
  major: fc.constantFrom('254', '1', '10'),
  minor: fc.constantFrom('0', '3', '229'),
});
const namespace = object({
  type: fc.constantFrom('"mount"', '"pid"', '"network"', '"cgroup"', '"time"'),
  path: text,
});
const linux = object({
  namespaces: list(namespace),
  uidMappings: anything,
  gidMappings: anything,
  sysctl: anything,
  devices: list(device),
  maskedPaths: list(text),
  cgroupsPath: text,
  resources: object({ devices: list(rule), memory: object({ limit: number }) }),
});
/** Most have the required fields, so that they are not refused. */
const spec = fc
  .tuple(
    fc.array(
      fc.tuple(fc.constantFrom('"mounts"', '"vm"', '"annotations"', '"Linux"', '"x"', '"y"'), anything),
      { maxLength: 2 },
    ),
    fc.oneof(
      linux,
      fc
        .tuple(
          list(fc.constantFrom('{"allow":true,"access":"rwm"}', '{"allow":false,"access":"rwm"}')),
          list(
            fc.constantFrom(
              '{"path":"/dev/vda","type":"b","major":254,"minor":0}',
              '{"path":"/dev/x","type":"c","major":10,"minor":229}',
            ),
          ),
          number,
        )
        .map(
          ([rules, devices, limit]) =>
            `{"namespaces":[{"type":"mount"}],"devices":${devices},"resources":{"devices":${rules},` +
            `"memory":{"limit":${limit}}}}`,
        ),
    ),
  )
  .map(([others, inside]) => objectOf([['"root"', '{"path":"/r"}'], ...others, ['"linux"', inside]]));

/** The value that runc reads for `name`: that of the last key that Go's JSON decoder matches with it. */
function asRuncReads(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const fold = (one: string) => one.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
  return Object.entries(value).findLast(([one]) => fold(one) === name.toLowerCase())?.[1];
}
const elements = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function isolated(given: string): { before: OciSpec; after: string } | null {
  try {
    const before = parseSpec(given);
    // namespaces.ts refuses these earlier.
    if (
      before.linux.namespaces.some((one) => one.type === 'user') ||
      (before.linux.uidMappings ?? []).length > 0 ||
      (before.linux.gidMappings ?? []).length > 0
    )
      return null;
    return { before, after: renderSpec(isolateSpec(before, facts)) };
  } catch {
    return null;
  }
}

describe('config edits, fuzzed', () => {
  it('A2, A5: never lose the user namespace, its maps or the root, nor allow a host device', () => {
    let through = 0,
      privileged = 0;
    fc.assert(
      fc.property(spec, (given) => {
        const result = isolated(given);
        if (result === null) return;
        through++;
        const after: unknown = JSON.parse(result.after);
        const linuxAfter = asRuncReads(after, 'linux');
        expect(
          elements(asRuncReads(linuxAfter, 'namespaces')).filter(
            (one) => asRuncReads(one, 'type') === 'user',
          ),
        ).toEqual([{ type: 'user' }]);
        for (const map of ['uidMappings', 'gidMappings'])
          expect(asRuncReads(linuxAfter, map)).toEqual([{ containerID: 0, hostID: facts.base, size: 65536 }]);
        expect(asRuncReads(asRuncReads(after, 'root'), 'path')).toBe('/run/m/x/root');
        for (const one of elements(asRuncReads(linuxAfter, 'devices')))
          expect([asRuncReads(one, 'type'), asRuncReads(one, 'path')]).not.toEqual(
            expect.arrayContaining(['b']),
          );
        if (!isPrivileged(result.before)) return;
        privileged++;
        const rules = elements(asRuncReads(asRuncReads(linuxAfter, 'resources'), 'devices'));
        expect(rules[0]).toEqual({ allow: false, access: 'rwm' });
        for (const one of rules.slice(1))
          if (asRuncReads(one, 'access') !== 'm') expect(asRuncReads(one, 'type')).toBe('c');
        expect(isPrivileged(parseSpec(result.after))).toBe(false);
      }),
      { numRuns: 1000 },
    );
    // Most of the generated specs must not have been refused.
    expect(through).toBeGreaterThan(100);
    expect(privileged).toBeGreaterThan(30);
  });

  it('A1 keep every number, and everything else that isolation does not concern', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('"vm"', '"annotations"', '"x"', '"hostname"'), anything), {
          maxLength: 3,
        }),
        number,
        (others, limit) => {
          const mine = new Map(others.map(([name, value]) => [name, value]));
          const given = objectOf([
            ['"root"', '{"path":"/r"}'],
            ...mine,
            ['"linux"', `{"namespaces":[],"resources":{"memory":{"limit":${limit}}},"z":${limit}}`],
          ]);
          const result = isolated(given);
          expect(result).not.toBeNull();
          expect(result?.after).toContain(`"resources":{"memory":{"limit":${limit}}},"z":${limit}`);
          for (const [name, value] of mine)
            expect(result?.after).toContain(
              `${name}:` +
                renderSpec(parseSpec(`{"root":{"path":""},"linux":{"namespaces":[]},"v":${value}}`)).slice(
                  '{"root":{"path":""},"linux":{"namespaces":[]},"v":'.length,
                  -1,
                ),
            );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are idempotent, except for the user namespace, which is refused the second time', () => {
    fc.assert(
      fc.property(spec, (given) => {
        const once = isolated(given);
        if (once === null) return;
        const first = parseSpec(once.after);
        const again = isolateSpec(
          {
            ...first,
            linux: {
              ...first.linux,
              namespaces: first.linux.namespaces.filter((one) => one.type !== 'user'),
            },
          },
          { ...facts, bindSources: new Map() },
        );
        expect({
          ...again,
          hooks: undefined,
          linux: { ...again.linux, namespaces: again.linux.namespaces.map((one) => one.type).sort() },
        }).toEqual({
          ...first,
          hooks: undefined,
          linux: {
            ...first.linux,
            namespaces: first.linux.namespaces.map((one) => one.type).sort(),
            ...(first.linux.resources ? { resources: again.linux.resources } : {}),
          },
        });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['LINUX', '{"namespaces":[]}'],
    ['Root', '{"path":"/"}'],
    ['linux', '{"namespaces":[],"Namespaces":[]}'],
    ['linux', '{"namespaces":[],"uidmappings":[]}'],
    ['linux', '{"namespaces":[{"type":"mount","Type":"user"}]}'],
    ['linux', '{"namespaces":[],"re\u017fources":{}}'],
    ['linux', '{"namespaces":[],"resources":{"devices":[{"allow":false,"ALLOW":true}]}}'],
  ])('A2 refuse another spelling that runc would read as well: %s %s', (name, value) => {
    expect(() =>
      parseSpec(`{"root":{"path":"/r"},"linux":{"namespaces":[]},${JSON.stringify(name)}:${value}}`),
    ).toThrow('config.json spells');
  });
});
