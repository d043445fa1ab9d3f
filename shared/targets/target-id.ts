import type { TargetRef } from './target-ref.ts';

export type { TargetRef } from './target-ref.ts';

/** Longest id of a target: a kind and a path. */
export const maxTargetIdLength = 4200;

/** The usual root of an embedded engine. */
export const defaultRoot = '/var/lib/bulkhead';

/** Where a stock Docker Engine listens. */
export const machineSocket = '/var/run/docker.sock';

/** The embedded engine below a root directory. */
export const engineAtRoot = (root: string): TargetRef => ({ kind: 'embedded', root });

/** The machine's Docker Engine behind our gateway. */
export const systemEngine: TargetRef = { kind: 'system' };

/**
 * The root directory that a reference names, which tells such engines apart; null if it names none. It does
 * not tell what an engine is or allows: that is in its capabilities.
 */
export const rootOf = (ref: TargetRef): string | null => ('root' in ref ? ref.root : null);

const forgettable: Readonly<Record<TargetRef['kind'], boolean>> = {
  embedded: true,
  system: false,
  'docker-engine': false,
  'docker-desktop': false,
};

/** Whether users may have it listed no longer: it is not part of the machine. */
export const isForgettable = ({ kind }: TargetRef): boolean => forgettable[kind];

/** The stable id of a target: for `--target`, for the app's preferences and for the contract. */
export function targetId(ref: TargetRef): string {
  switch (ref.kind) {
    case 'embedded':
      return `embedded:${ref.root}`;
    case 'docker-engine':
      return `docker-engine:${ref.socket}`;
    case 'system':
    case 'docker-desktop':
      return ref.kind;
  }
}

/**
 * The target of an id; null for an invalid one. `docker-engine` alone is the one at the usual socket. Paths
 * must be absolute.
 */
export function parseTargetId(id: string): TargetRef | null {
  if (id.length > maxTargetIdLength || id.includes('\0')) return null;
  if (id === 'docker-desktop' || id === 'system') return { kind: id };
  if (id === 'docker-engine') return { kind: 'docker-engine', socket: machineSocket };
  const [kind, rest] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  if (!rest.startsWith('/')) return null;
  if (kind === 'embedded') return { kind, root: rest };
  return kind === 'docker-engine' ? { kind, socket: rest } : null;
}
