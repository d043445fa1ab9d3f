/** The ids with which a process acts. */
interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Runs `work` with a user's ids, in a process of root: the kernel then allows it what it allows the user, and
 * files that it creates belong to that user. `work` must be synchronous, since the ids apply to the whole
 * process. `groups` are the supplementary groups meanwhile.
 */
export function asUser<T>(user: UserIds, groups: readonly number[], work: () => T): T {
  const { setgroups, getgroups, setegid, seteuid } = process;
  if (setgroups === undefined || getgroups === undefined || setegid === undefined || seteuid === undefined)
    throw new Error('this system has no users');
  const own = getgroups();
  try {
    setgroups([...groups]);
    setegid(user.gid);
    seteuid(user.uid);
    return work();
  } finally {
    seteuid(0);
    setegid(0);
    setgroups(own);
  }
}
