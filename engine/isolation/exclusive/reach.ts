import { spawnSync } from 'node:child_process';
import { statSync, type Stats } from 'node:fs';
import path from 'node:path';
import type { SharingUser } from '../../../shared/isolation/sharing-user.ts';
import { refuse } from './options.ts';

/**
 * Refuses a source that the sharing user could not get to by himself (A8): the engine opens it as root, past the directories above it
 * that keep others out. Checked at every start, since owners and modes change.
 */
export function refuseUnreachable(source: string, user: SharingUser): void {
  const closed = parents(source).find((directory) => !passes(statSync(directory), user));
  // Groups the user is in, and access lists, are the kernel's to know.
  if (closed === undefined || reaches(source, user)) return;
  refuse(`${source} cannot be shared by user ${user.uid}, who has no access to ${closed}; whoever has can make the container (A8)`);
}

/** From the top down. */
function parents(file: string): string[] {
  const above: string[] = [];
  for (let at = file; at !== '/'; at = path.dirname(at)) above.unshift(path.dirname(at));
  return above;
}

/** Search permission by owner, group and mode alone. */
function passes(directory: Pick<Stats, 'uid' | 'gid' | 'mode'>, user: SharingUser): boolean {
  const bit = directory.uid === user.uid ? 0o100 : directory.gid === user.gid ? 0o010 : 0o001;
  return (directory.mode & bit) !== 0;
}

/**
 * Asked by a process with the user's rights that stays root's by its real id: the user must not be able to trace it, and make it say
 * what he likes. He can still stop it, so its time ends with SIGKILL.
 */
function reaches(source: string, user: SharingUser): boolean {
  const limits = { env: { PATH: '/usr/bin:/bin' }, timeout: 2000, killSignal: 'SIGKILL' } as const;
  const asked = spawnSync('id', ['-G', '--', String(user.uid)], { ...limits, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  // Without an entry in the user database there are no groups to take.
  const groups = asked.status === 0 && /^\d+(?: \d+)*$/.test(asked.stdout.trim()) ? `--groups=${asked.stdout.trim().replaceAll(' ', ',')}` : '--clear-groups';
  return spawnSync('setpriv', [`--euid=${user.uid}`, `--egid=${user.gid}`, groups, '--', 'test', '-e', source], { ...limits, stdio: 'ignore' }).status === 0;
}
