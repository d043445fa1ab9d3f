import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Reachability, type SourceObject } from './reach.ts';

const user = { uid: 54_321, gid: 54_321 };
let directory: string;
const at = (...parts: string[]) => path.join(directory, ...parts);
beforeEach(() => {
  directory = realpathSync.native(mkdtempSync(path.join(tmpdir(), 'bulkhead-reach-')));
  // Looks as the user of this test: only root could become another one.
  mkdirSync(at('programs'));
  const asItself = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n';
  writeFileSync(at('programs', 'setpriv'), asItself, { mode: 0o755 });
  for (const name of ['own', 'others']) {
    mkdirSync(at(name));
    writeFileSync(at(name, 'file'), name);
  }
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const objectAt = (source: string): SourceObject => {
  const { dev, ino } = statSync(source, { bigint: true });
  return { source, identity: { device: dev, inode: ino } };
};
function exchange(a: string, b: string): void {
  renameSync(a, at('between'));
  renameSync(b, a);
  renameSync(at('between'), b);
}
const check = () =>
  new Reachability({ searchPath: `${at('programs')}:/usr/bin:/bin` }).check(user, [at('own')]);

it('A8: what is in an accessible directory may be shared', async () => {
  const reach = await check();
  expect(() => {
    reach.refuseUnreachable(objectAt(at('own', 'file')), user);
  }).not.toThrow();
});

it('A8: an object that another directory had when it was looked up is refused', async () => {
  const reach = await check();
  exchange(at('own'), at('others'));
  const object = objectAt(at('own', 'file'));
  exchange(at('own'), at('others'));
  expect(() => {
    reach.refuseUnreachable(object, user);
  }).toThrow(`${at('own', 'file')} was replaced while the container was being created`);
});
