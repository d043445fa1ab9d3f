import { allow, deny, type Decision } from './decision.ts';
import { message, type Message } from '../messages/message.ts';
import { decideSocketMount, type SocketDecision } from './socket-mount.ts';

/** The properties of a bind source on the engine's machine, symlinks followed. */
export interface BindSourceFacts {
  /** As the client wrote it. */
  readonly requested: string;
  /**
   * Absolute path without symlinks; the part that does not exist yet is appended unchanged. Null if it can't
   * be determined.
   */
  readonly real: string | null;
  /** A link or a problem of the path is where the caller may not look: a refusal must not reveal it. */
  readonly isHidden?: boolean;
  readonly exists: boolean;
  /** Is one of the engine's sockets. */
  readonly isEngineSocket: boolean;
  /** Is the clients' socket, or at its usual path: an allowed image gets a socket of its own instead (B2). */
  readonly isDockerSocket: boolean;
  /** Is a container's own socket that the gateway made: the mount's id. Null otherwise. */
  readonly socketMount: string | null;
  /** Is a directory that contains one of the engine's sockets. */
  readonly containsEngineSocket: boolean;
  /** Is, or is inside, a directory of the engine. */
  readonly insideEngineDirectory: boolean;
  /** Contains a directory of the engine. */
  readonly containsEngineDirectory: boolean;
  /** The (resolved) shared directory that contains it, or null. */
  readonly share: string | null;
  /** Is the machine's file of a device that every container has (default-devices.ts). */
  readonly isDefaultDevice: boolean;
  /** Why `real` is null, or another problem. */
  readonly problem?: string | Message;
}

export interface BindSourceContext {
  readonly image: string;
  /** Whether the image may have the Docker socket. Null: not checked, so it may not. */
  readonly socket?: SocketDecision | null;
}

/** Whether this may be bind-mounted (A8, B1). */
export function decideBindSource(facts: BindSourceFacts, context: BindSourceContext): Decision {
  const decision = decideFoundSource(facts, context);
  if (decision.outcome === 'allow' || facts.isEngineSocket || facts.isHidden !== true) return decision;
  // As if nothing had been found there: otherwise links and files of others could be read off the refusals.
  return deny('bind-not-shared', message('policy.bind-mount', { source: facts.requested }), {
    subject: { path: facts.real ?? facts.requested },
  });
}

function decideFoundSource(facts: BindSourceFacts, context: BindSourceContext): Decision {
  const what = (): Message =>
    facts.real === null || facts.real === facts.requested
      ? message('policy.bind-mount', { source: facts.requested })
      : message('policy.bind-mount-resolved', { source: facts.requested, path: facts.real });
  if (facts.isEngineSocket)
    return decideSocketMount(
      { source: facts.requested, image: context.image, docker: facts.isDockerSocket },
      context.socket ?? null,
    );
  if (facts.real === null)
    return deny('bind-unresolvable', what(), {
      ...(facts.problem === undefined ? {} : { detail: facts.problem }),
    });
  if (facts.containsEngineSocket)
    return deny('bind-engine-directory', what(), {
      spec: 'B1',
      subject: { path: facts.real },
      detail: message('policy.contains-docker-socket'),
    });
  if (facts.insideEngineDirectory || facts.containsEngineDirectory)
    return deny('bind-engine-directory', what(), {
      subject: { path: facts.real },
      ...(facts.containsEngineDirectory ? { detail: message('policy.contains-engine-directory') } : {}),
    });
  // Often mounted over files of the image that should not be read. It gives nothing.
  if (facts.isDefaultDevice) return allow;
  if (facts.share === null)
    return deny('bind-not-shared', what(), {
      subject: { path: facts.real },
      ...(facts.problem === undefined ? {} : { detail: facts.problem }),
    });
  return allow;
}

/**
 * Whether `path` is `directory` or inside it, by components: '/allowedX' is not in '/allowed'. Both absolute,
 * without dot segments or doubled slashes.
 */
export function isInside(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/**
 * Go's path.Clean for absolute paths: what the engine applies to a bind source before using it. Null for
 * relative ones.
 */
export function cleanPath(path: string): string | null {
  if (!path.startsWith('/')) return null;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
