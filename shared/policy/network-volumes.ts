import { message, type Message } from '../messages/message.ts';
import {
  compareShares,
  parseNetworkShare,
  shareText,
  type AllowedNetworkVolume,
  type NetworkShare,
  type NetworkVolumeType,
} from '../settings/network-share.ts';
import { allow, deny, type Decision } from './decision.ts';
import type { VolumeDriverFacts } from './volume-facts.ts';

// The engine mounts such a volume itself, with mount(2): options go to the kernel as they are, and for NFS
// the option `addr` alone determines the server. So only options that are listed here pass, and the
// server is taken from where the kernel takes it. The kernel maps no ids there: the server sees the ids of
// the container's range, and files of other ids belong to nobody inside.

const typeOf: ReadonlyMap<string, NetworkVolumeType> = new Map([
  ['nfs', 'nfs'],
  ['nfs4', 'nfs'],
  ['cifs', 'cifs'],
]);

/** Which of them a volume of the local driver is; null for all others. */
export function networkVolumeType({ driver, options }: VolumeDriverFacts): NetworkVolumeType | null {
  return driver === '' || driver === 'local' ? (typeOf.get(options.get('type') ?? '') ?? null) : null;
}

const common =
  'ro|rw|nosuid|nodev|noexec|noatime|nodiratime|relatime|sync|hard|soft|' +
  '[rw]size=[0-9]{1,9}|actimeo=[0-9]{1,9}';
const optionPattern = {
  nfs: new RegExp(
    `^(?:${common}|softerr|intr|nointr|bg|fg|(?:nfs)?vers=(?:3|4|4\\.[0-2])|v3|v4|v4\\.[0-2]|` +
      'minorversion=[0-2]|proto=(?:tcp6?|udp6?)|tcp|udp|mountproto=(?:tcp6?|udp6?)|mountvers=3|' +
      '(?:timeo|retrans|retry|nconnect|namlen|acregmin|acregmax|acdirmin|acdirmax)=[0-9]{1,9}|' +
      'lock|nolock|local_lock=(?:none|all|flock|posix)|ac|noac|acl|noacl|cto|nocto|rdirplus|nordirplus|' +
      'resvport|noresvport|sharecache|nosharecache|lookupcache=(?:all|none|pos|positive)|sec=(?:sys|none))$',
  ),
  cifs: new RegExp(
    `^(?:${common}|guest|vers=(?:1\\.0|2\\.0|2\\.1|3|3\\.0|3\\.02|3\\.1\\.1|default)|` +
      '(?:user(?:name)?|pass(?:word)?|dom(?:ain)?|workgroup)=[^\\u0000-\\u001f\\u007f,]{0,512}|' +
      '(?:uid|gid)=[0-9]{1,10}|(?:force|noforce)[ug]id|(?:file|dir)_mode=0?[0-7]{1,3}|perm|noperm|' +
      'iocharset=[a-z0-9-]{1,32}|brl|nobrl|serverino|noserverino|cache=(?:strict|none|loose)|mfsymlinks|' +
      'unix|nounix|nosharesock|sign|seal|echo_interval=[0-9]{1,9}|closetimeo=[0-9]{1,9}|' +
      'sec=(?:ntlmssp|ntlmsspi|ntlmv2|ntlmv2i|none))$',
  ),
} as const;

/**
 * Options that every such volume has: device files and set-user-ID files of the server do nothing, and the
 * kernel takes no key of the machine's (Kerberos), which it might where `sec` is missing.
 */
function requiredOptions(type: NetworkVolumeType, options: readonly string[]): string[] {
  const sec = options.some((option) => option.startsWith('sec='));
  return ['nosuid', 'nodev', ...(sec ? [] : [type === 'nfs' ? 'sec=sys' : 'sec=ntlmssp'])].filter(
    (option) => !options.includes(option),
  );
}

const optionsOf = ({ options }: VolumeDriverFacts): string[] => {
  const text = options.get('o') ?? '';
  return text === '' ? [] : text.split(',');
};

/** The share that is mounted, if it can be determined; null otherwise. */
function shareOf(type: NetworkVolumeType, facts: VolumeDriverFacts): NetworkShare | null {
  const device = facts.options.get('device') ?? '';
  const addresses = optionsOf(facts).filter((option) => option.startsWith('addr='));
  const address = addresses[0]?.slice('addr='.length).toLowerCase() ?? '';
  if (addresses.length > 1 || (addresses.length === 1 && address === '')) return null;
  if (type === 'cifs') {
    const share = parseNetworkShare('cifs', device, { pattern: false });
    return share !== null && (address === '' || address === share.server) ? share : null;
  }
  // Without it the kernel does not know whom to ask.
  if (address === '') return null;
  const named = device.startsWith(':')
    ? `${address.includes(':') ? `[${address}]` : address}${device}`
    : device;
  const share = parseNetworkShare('nfs', named, { pattern: false });
  return share?.server === address ? share : null;
}

/** What a decision about such a volume depends on. */
export interface NetworkVolumeRequest {
  readonly type: NetworkVolumeType;
  readonly facts: VolumeDriverFacts;
  /** How texts name the volume. */
  readonly volume: Message;
  readonly allowed: readonly AllowedNetworkVolume[];
  /** It is there already: then it has what `withRequiredOptions` gives to new ones, or is refused. */
  readonly isMade: boolean;
}

/** May such a volume be made or used (A8)? Only what the settings list. */
export function decideNetworkVolume(request: NetworkVolumeRequest): Decision {
  const { type, facts, volume, allowed, isMade } = request;
  const share = shareOf(type, facts);
  const what = message('policy.volume-of-type', {
    volume,
    type: facts.options.get('type') ?? '',
    device: share === null ? (facts.options.get('device') ?? '') : shareText(type, share),
  });
  if (share === null)
    return deny('network-volume', what, { detail: message('policy.network-volume-without-server') });
  for (const option of optionsOf(facts)) {
    if (!option.startsWith('addr=') && !optionPattern[type].test(option))
      return deny(
        'volume-options',
        // It may be a password.
        message('policy.volume-with-mount-option', { volume, option: option.replace(/=.*$/s, '=…') }),
      );
  }
  const found = allowed
    .filter((entry) => entry.type === type)
    .map((entry) => parseNetworkShare(type, entry.source, { pattern: true }))
    .map((pattern) => (pattern === null ? null : compareShares(pattern, share)));
  if (!found.includes('same')) return deny('network-volume', what);
  // Whoever may write there could put a link in its place, which leads to another directory of the server.
  if (found.includes('above'))
    return deny('network-volume', what, { detail: message('policy.network-volume-below-another') });
  if (isMade && requiredOptions(type, optionsOf(facts)).length > 0)
    return deny('volume-options', what, { detail: message('policy.network-volume-made-without-options') });
  return allow;
}

/** The options of a volume that is to be made, with those that every such volume has. */
export function withRequiredOptions(facts: VolumeDriverFacts): ReadonlyMap<string, string> {
  const type = networkVolumeType(facts);
  const given = optionsOf(facts);
  const added = type === null ? [] : requiredOptions(type, given);
  return added.length === 0 ? facts.options : new Map(facts.options).set('o', [...given, ...added].join(','));
}
