import { message } from '../messages/message.ts';
import { deny, type Denial } from './decision.ts';
import { invalidBuild } from './engine-errors.ts';

/**
 * From where a build fetches its context and git sources, and with whose identity. git and ssh run as root:
 * what needs an identity gets the client's own, over the build's session (an SSH agent, the secrets
 * GIT_AUTH_TOKEN and GIT_AUTH_HEADER), or is refused.
 */

/** A repository's address, as parsed by BuildKit and git. */
export interface GitRemote {
  readonly transport: 'https' | 'http' | 'ssh' | 'git';
  /** User name in the address; null if it has none. */
  readonly user: string | null;
  /** Whether the address has a password, too. */
  readonly hasPassword: boolean;
}

/** `user@host:path`, as BuildKit recognizes it (util/sshutil). */
const scpStyle = /^([a-zA-Z0-9_-]+)@([a-zA-Z0-9.-]+):/;
/** `host/path` or `user@host/path`, which BuildKit interprets as https. */
const withoutScheme = /^(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9._-]*(?::(?!:)|\/|$)/;

/**
 * Parses a repository's address. Null for anything else: a path, a command (`ext::…`), an option, another
 * transport (`file`, `git+ssh`).
 */
function parseGitRemote(remote: string): GitRemote | null {
  // eslint-disable-next-line no-control-regex -- what no address has
  if (/[\u0000-\u0020\u007f\\]/.test(remote)) return null;
  const scheme = /^([A-Za-z0-9+.-]+):\/\//.exec(remote)?.[1];
  if (scheme === undefined) {
    const scp = scpStyle.exec(remote);
    if (scp !== null) return { transport: 'ssh', user: scp[1] ?? null, hasPassword: false };
    return withoutScheme.test(remote) ? withUser('https', remote) : null;
  }
  switch (scheme) {
    case 'https':
    case 'http':
    case 'ssh':
    case 'git':
      return withUser(scheme, remote.slice(`${scheme}://`.length));
    default:
      return null;
  }
}

function withUser(transport: GitRemote['transport'], rest: string): GitRemote {
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const end = authority.lastIndexOf('@');
  if (end < 0) return { transport, user: null, hasPassword: false };
  const user = authority.slice(0, end);
  const colon = user.indexOf(':');
  return {
    transport,
    user: colon < 0 ? user : user.slice(0, colon),
    hasPassword: colon >= 0 && colon < user.length - 1,
  };
}

/**
 * Values of a `remote` parameter of `POST /build` other than addresses: sent over the session, or in another
 * request.
 */
const sentByClient = new Set(['', 'client-session', 'upload-request']);

/** What some classic builder takes for an address; the last three only later ones. */
const engineAccepts = /^(?:https?:\/\/|git:\/\/|github\.com\/|git@|ssh:\/\/|[\w-]+@[\w.-]+:)/;

/**
 * Decides the `remote` parameter of `POST /build`, for the classic builder, which has no way to get a
 * client's identity.
 */
export function remoteContextDenial(remote: string): Denial | null {
  if (sentByClient.has(remote)) return null;
  const what = () => message('policy.build-context', { context: brief(withoutPassword(remote)) });
  // A value that begins so is passed to git unchanged.
  const parsed = parseGitRemote(remote.startsWith('git@') ? 'git@host:path' : remote);
  const addressed = /^(?:(?:https?|git|ssh):\/\/|github\.com\/|git@)/.test(remote) || scpStyle.test(remote);
  if (parsed === null || !addressed)
    return deny(
      'build-source',
      what(),
      engineAccepts.test(remote) ? {} : { engineError: invalidBuild.remote(remote) },
    );
  const directory = gitIdentifierDenial(remote);
  if (directory !== null) return directory;
  if (parsed.transport === 'ssh')
    return deny('build-identity', what(), { detail: message('policy.forward-ssh-agent') });
  // git would look up the password in the engine's credentials.
  const incomplete = parsed.user !== null && !parsed.hasPassword;
  return incomplete
    ? deny('build-identity', what(), { detail: message('policy.send-password-as-secret') })
    : null;
}

/** What determines the identity for a git source. */
export interface GitSource {
  /** `git.fullurl`, or what follows `git://` in the identifier. */
  readonly remote: string;
  /** `git.mountsshsock`: the id of the client's SSH agent; '' for none. */
  readonly agent: string;
}

/** Decides the address of a git source of BuildKit's (LLB). */
export function gitSourceDenial({ remote, agent }: GitSource): Denial | null {
  const parsed = parseGitRemote(remote);
  const what = () => message('policy.git-repository', { identifier: brief(withoutPassword(remote)) });
  if (parsed === null) return deny('build-source', what());
  return parsed.transport === 'ssh' && agent === ''
    ? deny('build-identity', what(), { detail: message('policy.forward-ssh-agent') })
    : null;
}

/**
 * Decides the part after `git://` of a source's identifier, from which BuildKit takes the commit and the
 * directory; engines before BuildKit 0.28.1 use the directory as a path of the machine (CVE-2026-33748).
 */
export function gitIdentifierDenial(identifier: string): Denial | null {
  const fragment = identifier.indexOf('#') < 0 ? '' : identifier.slice(identifier.indexOf('#') + 1);
  const colon = fragment.indexOf(':');
  const reference = plain(colon < 0 ? fragment : fragment.slice(0, colon));
  const directory = plain(colon < 0 ? '' : fragment.slice(colon + 1));
  if (reference === null || directory === null)
    return deny('build-source', message('policy.git-repository', { identifier: brief(identifier) }));
  const hasParentSegment = directory.split(/[/\\]/).includes('..');
  return hasParentSegment || reference.startsWith('-')
    ? deny('build-source', message('policy.git-repository', { identifier: brief(identifier) }))
    : null;
}

/** Decides `http.filename`: BuildKit joins it to a directory of its own and writes there as root. */
export function fileNameDenial(name: string): Denial | null {
  const isName = !['/', '\\', '\0'].some((part) => name.includes(part)) && name !== '.' && name !== '..';
  return isName ? null : deny('build-source', message('policy.download-file-name', { name: brief(name) }));
}

/** Decodes percent-encoding, as for the fragment of an address; null if it is invalid. */
function plain(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** For refusals, which are logged. */
const withoutPassword = (remote: string) =>
  remote.replace(/^([A-Za-z0-9+.-]+:\/\/[^/?#@:]*):[^/?#]*@/, '$1:…@');
export const brief = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
