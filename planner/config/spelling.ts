import { foldKey } from '../../shared/policy/json.ts';

/** Objects of config.json that isolation depends on, by path; `[]` is every element. */
const objects: readonly { readonly path: readonly string[]; readonly keys: readonly string[] }[] = [
  { path: [], keys: ['root', 'mounts', 'hooks', 'linux', 'process', 'domainname'] },
  { path: ['root'], keys: ['path', 'readonly'] },
  {
    path: ['mounts', '[]'],
    keys: ['destination', 'type', 'source', 'options', 'uidMappings', 'gidMappings'],
  },
  {
    path: ['hooks'],
    keys: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
  },
  {
    path: ['linux'],
    keys: [
      'namespaces',
      'uidMappings',
      'gidMappings',
      'sysctl',
      'devices',
      'netDevices',
      'maskedPaths',
      'readonlyPaths',
      'cgroupsPath',
      'resources',
      'seccomp',
      'rootfsPropagation',
      'mountLabel',
    ],
  },
  { path: ['linux', 'namespaces', '[]'], keys: ['type', 'path'] },
  { path: ['linux', 'resources'], keys: ['devices', 'unified'] },
  { path: ['linux', 'resources', 'devices', '[]'], keys: ['allow', 'type', 'major', 'minor', 'access'] },
  { path: ['linux', 'devices', '[]'], keys: ['path', 'type', 'major', 'minor', 'fileMode', 'uid', 'gid'] },
];

/**
 * runc reads `LINUX` or `Linux` as `linux`; the last one wins. What is inspected here must be all that runc
 * reads, so this throws if an object that isolation depends on has a known key in another spelling. Engines
 * write the usual spelling.
 */
export function refuseOtherSpellings(spec: unknown): void {
  for (const { path, keys } of objects) {
    const known = new Map(keys.map((key) => [foldKey(key), key]));
    for (const object of at(spec, path)) {
      for (const key of Object.keys(object)) {
        const exactKey = known.get(foldKey(key));
        if (exactKey !== undefined && exactKey !== key)
          throw new Error(`config.json spells ${exactKey} as ${JSON.stringify(key)}`);
      }
    }
  }
}

function at(value: unknown, [first, ...rest]: readonly string[]): object[] {
  if (typeof value !== 'object' || value === null) return [];
  if (first === undefined) return [value];
  if (first === '[]') return Array.isArray(value) ? value.flatMap((one) => at(one, rest)) : [];
  return at(Object.getOwnPropertyDescriptor(value, first)?.value, rest);
}
