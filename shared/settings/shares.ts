import { everyBackend } from '../isolation/backends.ts';
import { joinMessages } from '../messages/join-messages.ts';
import { message, type Message } from '../messages/message.ts';
import { packageDirectory } from './package-directory.ts';
import { shareVariables } from './schema/index.ts';

/** Why sharing a directory is dangerous. */
const shareDangers = [
  'everything',
  'engine',
  'socket',
  'system-configuration',
  'runtime-state',
  'kernel',
  'devices',
  'administrator-home',
  'programs',
  'all-homes',
] as const;
export type ShareDanger = (typeof shareDangers)[number];

export type ShareVerdict =
  | { readonly kind: 'fine' }
  | {
      readonly kind: 'dangerous';
      readonly danger: ShareDanger;
      readonly message: Message;
      /** The thing inside, where the share is a parent of it. */ readonly holds?: string;
    }
  | {
      readonly kind: 'invalid';
      readonly reason: 'empty' | 'relative' | 'not-normal' | 'unknown-variable' | 'control-character';
      readonly message: Message;
    };

export interface ShareContext {
  readonly platform: string;
  readonly home?: string;
  readonly engineDirectories?: readonly string[];
  readonly socketPath?: string;
  /**
   * Whether the package's directory exists on this machine; unknown counts as existing. It only decides
   * about parents of that directory.
   */
  readonly packageInstalled?: boolean;
}

const explain: Readonly<Record<ShareDanger, Message>> = {
  everything: message('settings.shares-file-system'),
  engine: message('settings.shares-engine-files'),
  socket: message('settings.shares-docker-socket'),
  'system-configuration': message('settings.shares-configuration'),
  'runtime-state': message('settings.shares-service-sockets'),
  kernel: message('settings.shares-kernel-files'),
  devices: message('settings.shares-devices'),
  'administrator-home': message('settings.shares-administrator-home'),
  programs: message('settings.shares-programs'),
  'all-homes': message('settings.shares-all-homes'),
};

const trees: readonly (readonly [string, ShareDanger])[] = [
  ['/etc', 'system-configuration'],
  ['/boot', 'system-configuration'],
  ['/run', 'runtime-state'],
  ['/var/run', 'runtime-state'],
  ['/proc', 'kernel'],
  ['/sys', 'kernel'],
  ['/dev', 'devices'],
  ['/root', 'administrator-home'],
  ['/bin', 'programs'],
  ['/sbin', 'programs'],
  ['/lib', 'programs'],
  ['/lib32', 'programs'],
  ['/lib64', 'programs'],
  ['/usr', 'programs'],
  [packageDirectory, 'engine'],
  ['/var/lib/docker', 'engine'],
  ['/var/lib/containerd', 'engine'],
  ...everyBackend.flatMap(({ dataDirectory }) =>
    dataDirectory === null ? [] : [[dataDirectory, 'engine'] as const],
  ),
  ['/etc/bulkhead', 'engine'],
  ['/run/bulkhead', 'engine'],
  ['/var/lib/bulkhead', 'engine'],
  ['/private/etc', 'system-configuration'],
  ['/private/var/run', 'runtime-state'],
  ['/System', 'programs'],
  ['/Library', 'system-configuration'],
];
/** Directories of the user's own that are inside a dangerous tree, and not dangerous. */
const exceptions: readonly string[] = ['/usr/src', '/usr/local/src', '/run/media', '/dev/shm'];
const sockets: readonly string[] = ['/var/run/docker.sock', '/run/docker.sock'];

/**
 * Whether a directory, as written in filesharingAllowedDirectories, is dangerous to share. Decided by its
 * spelling; symbolic links are checked where the file system is accessible. A directory inside of, equal to,
 * or above something dangerous counts.
 */
export function judgeShare(written: string, context: ShareContext): ShareVerdict {
  const invalid = shapeProblem(written, context.platform);
  if (invalid !== null) return invalid;
  if (context.platform === 'win32') return windowsVerdict(written);
  const path = expandShare(written, context);
  if (path === null) return { kind: 'fine' };

  const parts = pathParts(path);
  if (parts.length === 0) return dangerous('everything');
  for (const directory of context.engineDirectories ?? []) {
    if (contains(parts, pathParts(directory)) || contains(pathParts(directory), parts))
      return dangerous('engine', directory, parts);
  }
  const socket = [context.socketPath, ...sockets].find(
    (s) => s !== undefined && contains(parts, pathParts(s)),
  );
  if (socket !== undefined && !isTree(parts)) return dangerous('socket', socket, parts);
  // A user may share their own home, also root's if the user is root.
  if (context.home !== undefined && written.startsWith('$HOME')) return { kind: 'fine' };
  if (exceptions.some((fine) => contains(pathParts(fine), parts))) return { kind: 'fine' };
  // The deepest tree names it best: /var/lib/docker is the engine's, not only something below /var.
  const inside = trees
    .filter(([tree]) => contains(pathParts(tree), parts))
    .toSorted((a, b) => b[0].length - a[0].length)[0];
  if (inside !== undefined) return dangerous(inside[1]);
  const below = trees
    .filter(([tree]) => tree !== packageDirectory || context.packageInstalled !== false)
    .filter(([tree]) => contains(parts, pathParts(tree)))
    .toSorted((a, b) => rank(a[1]) - rank(b[1]))[0];
  if (below !== undefined) return dangerous(below[1], below[0], parts);
  if (parts.length === 1 && (parts[0] === 'home' || parts[0] === 'Users')) return dangerous('all-homes');
  return { kind: 'fine' };
}

/** $HOME and the like replaced by their values in the context; null if unknown. */
export function expandShare(
  written: string,
  context: { readonly home?: string; readonly tmp?: string },
): string | null {
  const variable = shareVariables.find((v) => written === v || written.startsWith(`${v}/`));
  if (variable === undefined) return written;
  const base = variable === '$HOME' ? context.home : context.tmp;
  return base === undefined ? null : base + written.slice(variable.length);
}

const rank = (danger: ShareDanger): number => shareDangers.indexOf(danger);
const isTree = (parts: readonly string[]): boolean =>
  trees.some(([tree, danger]) => danger === 'runtime-state' && pathParts(tree).join('/') === parts.join('/'));
const pathParts = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** Component by component: /var/lib/docker contains /var/lib/docker/x, never /var/lib/dockerx. */
const contains = (outer: readonly string[], inner: readonly string[]): boolean =>
  outer.length <= inner.length && outer.every((part, index) => part === inner[index]);

function dangerous(danger: ShareDanger, holds?: string, parts?: readonly string[]): ShareVerdict {
  const parent = holds !== undefined && parts !== undefined && pathParts(holds).length > parts.length;
  return {
    kind: 'dangerous',
    danger,
    message: parent
      ? message('settings.contains-and-explanation', { holds, explain: explain[danger] })
      : explain[danger],
    ...(parent ? { holds } : {}),
  };
}

function shapeProblem(written: string, platform: string): Extract<ShareVerdict, { kind: 'invalid' }> | null {
  const bad = (
    reason: Extract<ShareVerdict, { kind: 'invalid' }>['reason'],
    message: Message,
  ): Extract<ShareVerdict, { kind: 'invalid' }> => ({ kind: 'invalid', reason, message });
  if (written.trim() === '') return bad('empty', message('settings.path-empty'));
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(written))
    return bad('control-character', message('settings.path-control-character'));
  if (written.startsWith('$')) {
    const name = /^\$[A-Za-z_]*/.exec(written)?.[0] ?? '$';
    if (!shareVariables.some((v) => v === name) || !/^(?:[/\\]|$)/.test(written.slice(name.length)))
      return bad(
        'unknown-variable',
        message('settings.path-variable-unknown', {
          list: joinMessages('enumeration', shareVariables),
          written,
        }),
      );
  } else if (written.startsWith('~')) return bad('unknown-variable', message('settings.path-tilde'));
  else if (
    platform === 'win32'
      ? !/^(?:[A-Za-z]:[\\/]|\\\\)/.test(written) && !written.startsWith('/')
      : !written.startsWith('/')
  ) {
    return bad('relative', message('settings.path-not-absolute'));
  }
  if (written.split(platform === 'win32' ? /[\\/]/ : '/').some((part) => part === '.' || part === '..'))
    return bad('not-normal', message('settings.path-dot-segments'));
  return null;
}

function windowsVerdict(written: string): ShareVerdict {
  const path = written.replaceAll('\\', '/').replace(/\/+$/, '').toLowerCase();
  if (/^[a-z]:$/.test(path)) return dangerous('everything');
  if (/^[a-z]:\/windows(\/|$)/.test(path)) return dangerous('programs');
  if (/^[a-z]:\/program files( \(x86\))?(\/|$)/.test(path)) return dangerous('programs');
  if (/^[a-z]:\/programdata(\/|$)/.test(path)) return dangerous('system-configuration');
  if (/^[a-z]:\/users$/.test(path)) return dangerous('all-homes');
  return { kind: 'fine' };
}
