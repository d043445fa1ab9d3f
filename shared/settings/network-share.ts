import type { networkVolumeTypes } from './schema/index.ts';

export type NetworkVolumeType = (typeof networkVolumeTypes)[number];

/** A directory that another machine exports, or a pattern of some. */
export interface NetworkShare {
  /** Name or address, in lower case; an IPv6 address without brackets. */
  readonly server: string;
  /** Its path there, in components. For CIFS the first one is the share. None: the server's root (NFS). */
  readonly path: readonly string[];
}

/** What `bulkhead.networkVolumes` allows containers to mount as volumes (A8). */
export interface AllowedNetworkVolume {
  readonly type: NetworkVolumeType;
  /** `server:/path` (NFS) or `//server/share/path` (CIFS); `*` and `?` stand for a part of one component. */
  readonly source: string;
}

const server = String.raw`[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?`;
const sourceOf = {
  nfs: new RegExp(String.raw`^(${server}|\[[0-9A-Fa-f:.]+\]):(/.*)$`),
  cifs: new RegExp(String.raw`^//(${server})(/.+)$`),
} as const;

/**
 * Reads a source. Null for what readers could take differently: dot segments, backslashes, percent-encoding,
 * doubled slashes. `pattern`: it may have `*` and `?` in it.
 */
export function parseNetworkShare(
  type: NetworkVolumeType,
  source: string,
  { pattern }: { readonly pattern: boolean },
): NetworkShare | null {
  const [, host = '', path = ''] = sourceOf[type].exec(source) ?? [];
  if (host === '') return null;
  const components = path === '/' ? [] : path.slice(1).replace(/\/$/, '').split('/');
  const component = pattern ? /^[A-Za-z0-9._$~ *?-]+$/ : /^[A-Za-z0-9._$~ -]+$/;
  if (components.some((name) => !component.test(name) || name === '.' || name === '..')) return null;
  return { server: host.replace(/^\[|\]$/g, '').toLowerCase(), path: components };
}

/** How a share is named in texts. */
export const shareText = (type: NetworkVolumeType, { server: host, path }: NetworkShare): string =>
  type === 'cifs'
    ? `//${host}/${path.join('/')}`
    : `${host.includes(':') ? `[${host}]` : host}:/${path.join('/')}`;

/** Whether a pattern names this very share, a directory above it (`above`), or something else. */
export function compareShares(pattern: NetworkShare, share: NetworkShare): 'same' | 'above' | null {
  if (pattern.server !== share.server || pattern.path.length > share.path.length) return null;
  if (pattern.path.some((part, index) => !componentPattern(part).test(share.path[index] ?? ''))) return null;
  return pattern.path.length === share.path.length ? 'same' : 'above';
}

const componentPattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replace(/[.$]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
