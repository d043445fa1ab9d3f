import { foldKey } from '../../shared/policy/json.ts';

/** Objects of config.json that decide about isolation, by path; `[]` is every element. */
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
 * runc takes `LINUX` or `Linux` for `linux`, the last one winning: what is inspected here must be all that it
 * reads. Throws when a key of an object that decides about isolation is another spelling of one that is
 * known. Engines write the known ones.
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
