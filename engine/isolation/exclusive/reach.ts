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

function reaches(source: string, user: SharingUser): boolean {
  const as = (...groups: string[]) => spawnSync('setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, ...groups, '--', 'test', '-e', source],
    { env: { PATH: '/usr/bin:/bin' }, stdio: 'ignore', timeout: 2000 }).status === 0;
  // Without an entry in the user database there are no groups to take.
  return as('--init-groups') || as('--clear-groups');
}
