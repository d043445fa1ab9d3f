/** The ids that a process acts by. */
interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Runs `work` with a user's ids, in a process of root's: the kernel then lets it do what the user may do, and
 * what it makes belongs to him. `work` must end within the call, since the ids are those of the whole
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
