import { chmod, chown, lchown, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkRootOwner } from '../../base/root-owner.ts';
import { prepareRoot } from './root-directory.ts';
import { rootPaths } from '../../base/root-paths.ts';
import { requires } from '../../../tests/support/requires.ts';

const alice = 1000;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-root-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const made = async (...names: string[]): Promise<string> => {
  const file = path.join(directory, ...names);
  await mkdir(file, { recursive: true, mode: 0o755 });
  return file;
};
const reason = async (root: string): Promise<string> => {
  const checked = await checkRootOwner(rootPaths(root));
  return checked.ok ? '' : (checked.error.reason ?? '');
};

// As root: only root can change the owner of directories.
describe.runIf(requires('root'))('an engine directory', () => {
  it('is accepted below directories of root, including sticky ones, even if missing', async () => {
    expect(await reason(await made('a', 'engine'))).toBe('');
    expect(await reason(path.join(directory, 'not', 'yet'))).toBe('');
    await chmod(await made('sticky', 'engine').then(path.dirname), 0o1777);
    expect(await reason(path.join(directory, 'sticky', 'engine'))).toBe('');
  });

  it.each(['engine', 'below/engine'])(
    "is refused below a directory of somebody else's, who could swap it: %s",
    async (name) => {
      const home = await made('alice');
      const root = await made('alice', name);
      await chown(home, alice, alice);
      expect(await reason(root)).toContain(home);
      expect(await reason(path.join(home, 'not-yet'))).toContain(home);
    },
  );

  it('is refused below a directory that others may write to', async () => {
    const root = await made('open', 'engine');
    for (const mode of [0o777, 0o775]) {
      await chmod(path.dirname(root), mode);
      expect(await reason(root)).toContain(path.dirname(root));
    }
  });

  it("is refused through another user's link or directory, accepted through a link of root", async () => {
    await made('real', 'engine');
    await chown(await made('alice'), alice, alice);
    await symlink('real', path.join(directory, 'roots'));
    expect(await reason(path.join(directory, 'roots', 'engine'))).toBe('');
    await symlink('../real', path.join(directory, 'alice', 'link'));
    await symlink('alice/../real', path.join(directory, 'through'));
    await symlink('real', path.join(directory, 'theirs'));
    await lchown(path.join(directory, 'theirs'), alice, alice);
    expect(await reason(path.join(directory, 'through', 'engine'))).toContain(path.join(directory, 'alice'));
    expect(await reason(path.join(directory, 'theirs', 'engine'))).toContain(path.join(directory, 'theirs'));
    await symlink('loop', path.join(directory, 'loop'));
    expect(await reason(path.join(directory, 'loop', 'engine'))).toContain('loop');
  });

  it('is not created where it would be refused', async () => {
    const home = await made('alice');
    await chown(home, alice, alice);
    expect(await prepareRoot(rootPaths(path.join(home, 'engine')))).toMatchObject({
      ok: false,
      error: { code: 'engine.root-invalid' },
    });
    expect(await readdir(home)).toEqual([]);
  });
});
