import { allow, deny, type Decision } from './decision.ts';

export interface VolumeDriverFacts {
  /** '' is the default, `local`. */
  readonly driver: string;
  readonly options: ReadonlyMap<string, string>;
}

/**
 * May such a volume be made or used (A8, B1)? The local driver mounts whatever its options say, so only tmpfs
 * and its size-like options pass; other drivers are plugins.
 */
export function decideVolume(name: string, facts: VolumeDriverFacts): Decision {
  const what = `volume ${name === '' ? '(anonymous)' : name}`;
  if (facts.driver !== '' && facts.driver !== 'local')
    return deny('volume-plugin', `${what} with driver ${facts.driver}`, { spec: 'A8' });
  if (facts.options.size === 0) return allow;
  for (const key of facts.options.keys()) {
    if (!['type', 'device', 'o', 'size'].includes(key))
      return deny('volume-options', `${what} with option ${key}`, { spec: 'A8' });
  }
  const type = facts.options.get('type') ?? '';
  // A volume with only a quota is an ordinary one.
  if (type === '' && !facts.options.has('device') && !facts.options.has('o')) return allow;
  const device = facts.options.get('device') ?? '';
  if (type !== 'tmpfs' || !['', 'tmpfs'].includes(device)) {
    return deny(
      'volume-options',
      `${what} of type ${type === '' ? 'none' : type} on ${device === '' ? 'nothing' : device}`,
      { spec: 'A8' },
    );
  }
  for (const option of (facts.options.get('o') ?? '').split(',')) {
    if (
      option !== '' &&
      !/^(?:size=[0-9]+[kmgKMG%]?|nr_inodes=[0-9]+[kmgKMG]?|mode=0?[0-7]{1,4}|uid=[0-9]{1,10}|gid=[0-9]{1,10}|ro|rw|nosuid|nodev|noexec|noatime|relatime)$/.test(
        option,
      )
    ) {
      return deny('volume-options', `${what} with mount option ${option}`, { spec: 'A8' });
    }
  }
  return allow;
}
