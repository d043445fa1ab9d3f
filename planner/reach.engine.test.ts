import { execFile, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSharingRecord } from '../shared/isolation/sharing-user.ts';
import { libcFunction } from '../gateway/base/libc.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { Reachability, type Reach } from './shares/reach.ts';
import { mostDirectories } from './shares/share-checks.ts';

// A8 as decided by the kernel: with a user's rights, and without blocking the planner.

const run = promisify(execFile);
/** A uid without an entry in this machine's user database, so without supplementary groups. */
const user = { uid: 54_321, gid: 54_321 };
let directory: string;
const at = (...parts: string[]) => path.join(directory, ...parts);
beforeAll(async () => {
  directory = await realpath(await mkdtemp('/tmp/bulkhead-reach-'));
  await chmod(directory, 0o755);
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Makes a directory with a file `x` in it. */
async function make(
  name: string,
  mode: number,
  owner: { readonly uid: number; readonly gid: number } = { uid: 0, gid: 0 },
): Promise<string> {
  await mkdir(at(name), { recursive: true });
  await writeFile(at(name, 'x'), '');
  await chown(at(name), owner.uid, owner.gid);
  await chmod(at(name), mode);
  return at(name);
}
/** Grants `user` rights as setfacl(1) would, with an access control list in the kernel's format. */
function setAccessList(
  file: string,
  rights: { readonly owner: number; readonly user: number; readonly others: number },
): void {
  const nobody = 0xffff_ffff;
  const { owner, others } = rights;
  const entries = [
    [1, owner, nobody],
    [2, rights.user, user.uid],
    [4, others, nobody],
    [16, 7, nobody],
    [32, others, nobody],
  ] as const;
  const list = Buffer.alloc(4 + 8 * entries.length);
  list.writeUInt32LE(2);
  for (const [i, [tag, right, id]] of entries.entries()) {
    list.writeUInt16LE(tag, 4 + 8 * i);
    list.writeUInt16LE(right, 6 + 8 * i);
    list.writeUInt32LE(id, 8 + 8 * i);
  }
  const declaration =
    'int setxattr(const char *path, const char *name, const void *value, size_t size, int flags)';
  const setxattr =
    libcFunction<(path: string, name: string, value: Buffer, size: number, flags: number) => number>(
      declaration,
    );
  expect(setxattr?.(file, 'system.posix_acl_access', list, list.length, 0)).toBe(0);
}

const refusal = (reach: Reach, source: string, sharing = user): string | null => {
  const { dev, ino } = statSync(source, { bigint: true });
  try {
    reach.refuseUnreachable({ source, identity: { device: dev, inode: ino } }, sharing);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
const check = (...directories: string[]) => new Reachability().check(user, directories);

describe('A8: what a user can access', () => {
  it('is decided by the kernel, owner, group and others each by their own right', async () => {
    const own = await make('own', 0o700, user);
    const group = await make('group', 0o710, { uid: 0, gid: user.gid });
    const others = await make('others', 0o701);
    const closed = await make('closed', 0o700);
    // For members of the group the group's rights apply, not those of others.
    const notGroup = await make('not-group', 0o701, { uid: 0, gid: user.gid });
    const below = await make('closed/open/deep', 0o755);
    const reach = await check('/', own, group, others, closed, notGroup, below);
    expect(refusal(reach, '/tmp')).toBeNull();
    for (const open of [own, group, others])
      expect([open, refusal(reach, path.join(open, 'x'))]).toEqual([open, null]);
    for (const shut of [notGroup, below])
      expect(refusal(reach, path.join(shut, 'x'))).toMatch(
        `enhanced container isolation: ${shut}/x cannot be shared by user 54321, who has no access to `,
      );
    expect(refusal(reach, path.join(closed, 'x'))).toBe(
      `enhanced container isolation: ${closed}/x cannot be shared by user 54321, ` +
        `who has no access to ${closed}; a user with access can create the container (A8)`,
    );
    expect(refusal(await check(below), path.join(below, 'x'))).toContain(`who has no access to ${closed}; `);
  });

  it('depends on groups of the user database, and access control lists', async () => {
    const given = await make('given', 0o700);
    const replaced = await make('taken', 0o755);
    setAccessList(given, { owner: 7, user: 1, others: 0 });
    setAccessList(replaced, { owner: 7, user: 0, others: 5 });
    const reach = await check(given, replaced);
    expect(refusal(reach, path.join(given, 'x'))).toBeNull();
    expect(refusal(reach, path.join(replaced, 'x'))).toContain(`who has no access to ${replaced}`);
    // root's own group, present in every machine's database, is not one of the user's; daemon's is daemon's.
    const daemons = await make('daemons', 0o750, { uid: 0, gid: 1 });
    const daemon = await new Reachability().check({ uid: 1, gid: 54_321 }, [daemons]);
    expect(refusal(daemon, path.join(daemons, 'x'), { uid: 1, gid: 54_321 })).toBeNull();
  });

  it('excludes what was not checked, was checked for another user, or was replaced since', async () => {
    const requested = await make('asked', 0o755);
    const reach = await check(requested);
    expect(refusal(reach, path.join(requested, 'x'))).toBeNull();
    const unchecked = await make('unchecked', 0o755);
    expect(refusal(reach, path.join(unchecked, 'x'))).toContain(
      'it was not checked whether user 54321 has access to',
    );
    expect(refusal(reach, path.join(requested, 'x'), { ...user, gid: 1 })).toContain('it was not checked');
    await make('another', 0o700);
    await rename(requested, at('asked-before'));
    await rename(at('another'), requested);
    expect(refusal(reach, path.join(requested, 'x'))).toContain(`who has no access to ${requested}`);
  });

  it('is reported for names with any character in them, none of which is confused with another', async () => {
    const { dev, ino } = await import('node:fs').then(({ statSync }) =>
      statSync(at('closed'), { bigint: true }),
    );
    const odd = await make(`odd\n${dev}:${ino} ${at('closed')}/. %n "$(id)"`, 0o755);
    const reach = await check(odd, at('closed'));
    expect(refusal(reach, path.join(odd, 'x'))).toBeNull();
    expect(refusal(reach, at('closed', 'x'))).toContain('no access');
  });

  it('is checked for many directories with few processes', async () => {
    const programs = await make('programs', 0o755);
    await writeFile(
      path.join(programs, 'setpriv'),
      `#!/bin/sh\necho >> ${at('asked-times')}\nexec /usr/bin/setpriv "$@"\n`,
      { mode: 0o755 },
    );
    const many = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => make(`many/${'x'.repeat(200)}${i}`, 0o755)),
    );
    const reach = await new Reachability({ searchPath: `${programs}:/usr/bin:/bin` }).check(user, many);
    expect(many.map((one) => refusal(reach, path.join(one, 'x'))).filter((one) => one !== null)).toEqual([]);
    expect((await readFile(at('asked-times'), 'utf8')).length).toBeLessThan(4);
  });
});

it('A8: a stopped check process delays its user only and is killed; the rest is refused', async () => {
  const programs = await make('stopped', 0o755);
  // Waits for a signal to look up user 1, which never comes.
  await writeFile(
    path.join(programs, 'setpriv'),
    `#!/bin/sh\ncase $1 in --euid=1) echo $$ >> ${at('stopped-pid')}; kill -STOP $$;; esac\n` +
      'exec /usr/bin/setpriv "$@"\n',
    { mode: 0o755 },
  );
  const reachability = new Reachability({ searchPath: `${programs}:/usr/bin:/bin`, limitMs: 10_000 });
  const order: string[] = [];
  const slow = reachability.check({ uid: 1, gid: 1 }, ['/usr']).then((reach) => {
    order.push('stopped');
    return reach;
  });
  const reach = await reachability.check(user, ['/usr']);
  order.push('other');
  expect(refusal(reach, '/usr/bin')).toBeNull();
  expect(refusal(await slow, '/usr/bin', { uid: 1, gid: 1 })).toContain(
    'could not be found out in time whether user 1 has access to /usr',
  );
  expect(order).toEqual(['other', 'stopped']);
  const pid = Number(await readFile(at('stopped-pid'), 'utf8'));
  await expect
    .poll(() => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    })
    .toBe(false);
});

it('A8: a user database that does not respond is queried once for consecutive starts', async () => {
  const programs = await make('slow-database', 0o755);
  await writeFile(
    path.join(programs, 'id'),
    `#!/bin/sh\necho >> ${at('database-asked')}\nexec sleep 1000\n`,
    {
      mode: 0o755,
    },
  );
  const reachability = new Reachability({ searchPath: `${programs}:/usr/bin:/bin` });
  const results = await Promise.all(Array.from({ length: 20 }, () => reachability.check(user, ['/usr'])));
  expect(results.map((reach) => refusal(reach, '/usr/bin'))).toEqual(results.map(() => null));
  expect(await readFile(at('database-asked'), 'utf8')).toBe('\n');
});

describe('A8: a start with many binds', () => {
  let engine: IsolatedEngine;
  beforeAll(async () => {
    engine = await startIsolatedEngine({ sharingRecords: 'required' });
  });
  afterAll(async () => {
    await engine.stop();
  });

  /** Has the engine create a container as the gateway would for `user`. */
  const create = async (sources: readonly string[]): Promise<string> => {
    const binds = sources.flatMap((source, i) => ['-v', `${source}:/m/${i}`]);
    const id = (
      await engine.docker('create', '--network', 'none', ...binds, 'busybox', 'sh', '-c', 'ls /m | wc -l')
    ).trim();
    await mkdir(engine.paths.sharing, { recursive: true });
    await writeFile(path.join(engine.paths.sharing, `${id}.json`), writeSharingRecord(user));
    return id;
  };

  it('that its user can access runs; one below an inaccessible directory is refused', async () => {
    const group = await make('project', 0o750, { uid: 0, gid: user.gid });
    const sources = await Promise.all(
      Array.from({ length: 200 }, (_, i) => make(`project/${i}/share`, 0o755)),
    );
    expect(await engine.docker('start', '-a', await create(sources))).toBe('200\n');
    await chmod(group, 0o700);
    await expect(engine.docker('start', '-a', await create(sources.slice(0, 3)))).rejects.toThrow(
      `cannot be shared by user 54321, who has no access to ${group}`,
    );
  });

  it('in more directories than can be checked is refused', async () => {
    const sources = await Promise.all(
      Array.from({ length: mostDirectories + 1 }, (_, i) => make(`wide/${i}/share`, 0o755)),
    );
    await expect(engine.docker('start', '-a', await create(sources))).rejects.toThrow(
      `in more than ${mostDirectories} directories`,
    );
  });
});

it('A8: the checking process cannot be traced by the user', async () => {
  const stopped = spawn('/usr/bin/setpriv', [
    `--euid=${user.uid}`,
    `--egid=${user.gid}`,
    '--clear-groups',
    '--',
    'sleep',
    '1000',
  ]);
  try {
    await expect.poll(() => readFile(`/proc/${stopped.pid}/comm`, 'utf8')).toBe('sleep\n');
    await expect(
      run('setpriv', [
        `--reuid=${user.uid}`,
        `--regid=${user.gid}`,
        '--clear-groups',
        '--',
        'cat',
        `/proc/${stopped.pid}/environ`,
      ]),
    ).rejects.toThrow(/Permission denied/);
  } finally {
    stopped.kill('SIGKILL');
  }
});
