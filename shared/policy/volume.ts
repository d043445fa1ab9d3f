import { message, type Message } from '../messages/message.ts';
import { allow, deny, type Decision } from './decision.ts';
import { badRequest, type EngineError } from './engine-errors.ts';
import type { AllowedNetworkVolume } from '../settings/network-share.ts';
import type { VolumeDriverFacts } from './volume-facts.ts';
import { decideNetworkVolume, networkVolumeType } from './network-volumes.ts';

const tmpfsOption = new RegExp(
  String.raw`^(?:size=[0-9]+[kmgKMG%]?|nr_inodes=[0-9]+[kmgKMG]?|mode=0?[0-7]{1,4}|` +
    String.raw`uid=[0-9]{1,10}|gid=[0-9]{1,10}|ro|rw|nosuid|nodev|noexec|noatime|relatime)$`,
);

/** The engine's response to options that require others. */
function missingOption(
  name: string,
  options: ReadonlyMap<string, string>,
): { readonly engineError?: EngineError } {
  const missing = ['device', 'type'].find((option) => !options.has(option));
  return missing === undefined
    ? {}
    : { engineError: badRequest(`create ${name}: missing required option: ${JSON.stringify(missing)}`) };
}

/** What else a decision about a volume depends on. */
export interface VolumeContext {
  /** Shares of other machines that the settings list; missing: none. */
  readonly networkVolumes?: readonly AllowedNetworkVolume[] | undefined;
  /** The volume is there already. */
  readonly isMade?: boolean;
}

/**
 * May such a volume be made or used (A8, B1)? The local driver mounts whatever its options say, so only tmpfs
 * and its size-like options pass, and shares of other machines that the settings list; other drivers are
 * plugins.
 */
export function decideVolume(
  name: string,
  facts: VolumeDriverFacts,
  { networkVolumes = [], isMade = false }: VolumeContext = {},
): Decision {
  const volume = (): Message =>
    name === '' ? message('policy.anonymous-volume') : message('policy.volume', { name });
  if (facts.driver !== '' && facts.driver !== 'local')
    return deny(
      'volume-plugin',
      message('policy.volume-with-driver', { volume: volume(), driver: facts.driver }),
    );
  if (facts.options.size === 0) return allow;
  for (const key of facts.options.keys()) {
    if (!['type', 'device', 'o', 'size'].includes(key))
      return deny('volume-options', message('policy.volume-with-option', { volume: volume(), key }), {
        engineError: badRequest(`create ${name}: invalid option: ${JSON.stringify(key)}`),
      });
  }
  const type = facts.options.get('type') ?? '';
  // A volume with only a quota is an ordinary one.
  if (type === '' && !facts.options.has('device') && !facts.options.has('o')) return allow;
  const device = facts.options.get('device') ?? '';
  const network = networkVolumeType(facts);
  if (network !== null && device !== '' && !facts.options.has('size'))
    return decideNetworkVolume({ type: network, facts, volume: volume(), allowed: networkVolumes, isMade });
  if (type !== 'tmpfs' || !['', 'tmpfs'].includes(device)) {
    return deny(
      'volume-options',
      message('policy.volume-of-type', {
        volume: volume(),
        type: type === '' ? 'none' : type,
        device: device === '' ? 'nothing' : device,
      }),
      missingOption(name, facts.options),
    );
  }
  for (const option of (facts.options.get('o') ?? '').split(',')) {
    if (option !== '' && !tmpfsOption.test(option)) {
      return deny('volume-options', message('policy.volume-with-mount-option', { volume: volume(), option }));
    }
  }
  return allow;
}
