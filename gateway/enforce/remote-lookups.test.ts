import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { RemoteLookups, rootAccount } from './remote-lookups.ts';

const mount = (mountPoint: string) => ({ mountPoint, type: 'nfs4' });
const info = { kind: 'other', identity: '1:2', uid: 0n, mode: 0o40755n, characterDevice: null };

/** Look-ups whose children end when they are told to, and only then. */
function heldLookups(timeoutMs = 300) {
  const held: (() => void)[] = [];
  const lookups = new RemoteLookups({
    timeoutMs,
    run: () =>
      new Promise((resolve) => {
        held.push(() => {
          resolve({ output: '41ed 1 2 0' });
        });
      }),
  });
  const release = async () => {
    for (const end of held.splice(0)) end();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { lookups, held, release };
}
const idOf = (found: object) => ('problem' in found ? (found.problem as { id: string }).id : found);

it('reports what lstat reports', async () => {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'bulkhead-remote-')));
  const lookups = new RemoteLookups({ timeoutMs: 60_000 });
  const lookUp = (name: string) => lookups.lookUp(path.join(directory, name), mount(directory), 'user 1');
  symlinkSync('a b\n', path.join(directory, 'link'));
  const { dev, ino, uid, mode } = await lstat(directory, { bigint: true });
  expect(await lookUp('.')).toEqual({
    kind: 'other',
    identity: `${dev}:${ino}`,
    uid,
    mode,
    characterDevice: null,
  });
  expect(await lookUp('link')).toEqual({ kind: 'link', uid, target: 'a b\n' });
  expect(await lookUp('missing')).toEqual({ kind: 'error', code: 'ENOENT' });
  rmSync(directory, { recursive: true });
});

it('looks up a file once for all who wait for it', async () => {
  const { lookups, held, release } = heldLookups(60_000);
  const found = ['user 1', 'user 2'].map((account) => lookups.lookUp('/n/a', mount('/n'), account));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(held).toHaveLength(1);
  await release();
  expect(await Promise.all(found)).toEqual([info, info]);
});

it('refuses at once what is on the mount of a late one, until that has ended', async () => {
  const { lookups, held, release } = heldLookups();
  const lookUp = (file: string, mountPoint: string) => lookups.lookUp(file, mount(mountPoint), 'user 1');
  expect(idOf(await lookUp('/n/a', '/n'))).toBe('gateway.file-system-unresponsive');
  expect(idOf(await lookUp('/n/b', '/n'))).toBe('gateway.file-system-unresponsive');
  expect(held).toHaveLength(1);
  await release();
  const found = lookUp('/n/b', '/n');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await release();
  expect(await found).toEqual(info);
});

it('has few children that do not end for a user, and others go on', async () => {
  const { lookups, held } = heldLookups();
  const lookUp = (n: number, account: string) =>
    lookups.lookUp(`/${account}/${n}`, mount(`/${account}/${n}`), account).then(idOf);
  const found = await Promise.all(Array.from({ length: 6 }, (_, n) => lookUp(n, 'user 1')));
  expect(held).toHaveLength(4);
  expect(found.slice(4)).toEqual(['gateway.too-many-remote-lookups', 'gateway.too-many-remote-lookups']);
  const other = lookUp(0, 'user 2');
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(held).toHaveLength(5);
  await other;
});

it('has few of all users together, and root goes on', async () => {
  const { lookups, held } = heldLookups();
  const lookUp = (n: number, account: string) =>
    lookups.lookUp(`/${account}/${n}`, mount(`/${account}/${n}`), account).then(idOf);
  await Promise.all(Array.from({ length: 70 }, (_, n) => lookUp(n, `user ${n}`)));
  expect(held).toHaveLength(64);
  const roots = lookUp(0, rootAccount);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(held).toHaveLength(65);
  await roots;
});
