import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import { userFilesDenial } from './user-files.ts';

let top: string;
const at = (...names: string[]) => path.join(top, ...names);
beforeEach(() => {
  top = mkdtempSync(path.join(tmpdir(), 'bulkhead-user-files-'));
  for (const name of ['upper', 'init/etc', 'image/etc', 'image/other'])
    mkdirSync(at(name), { recursive: true });
  writeFileSync(at('image/etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
});
afterEach(() => {
  rmSync(top, { recursive: true });
});

const container = (running = false) =>
  ({
    id: 'a'.repeat(64),
    name: 'n',
    mounts: [],
    running,
    pid: 0,
    layers: { upper: at('upper'), lowers: [at('init'), at('image')], merged: at('merged') },
  }) as unknown as ContainerFacts; // the members that are read
const denied = async () => (await userFilesDenial(container(), 'docker start'))?.detail ?? null;

it('A5 starts what has a plain user database, or none', async () => {
  expect(await denied()).toBeNull();
  rmSync(at('image/etc/passwd'));
  expect(await denied()).toBeNull();
});

it.each(['passwd', 'group'])('A5 refuses a FIFO as /etc/%s of an image', async (name) => {
  rmSync(at('image/etc', name), { force: true });
  execFileSync('mkfifo', [at('image/etc', name)]);
  expect(await denied()).toBe(`/etc/${name} of container n is a device, a FIFO or a socket`);
});

it('A5 refuses one behind links, and one that the container created itself', async () => {
  execFileSync('mkfifo', [at('image/other/pipe')]);
  mkdirSync(at('upper/etc'));
  expect(await denied()).toBeNull();
  symlinkSync('../../other/pipe', at('upper/etc/passwd'));
  expect(await denied()).toContain('/etc/passwd');
});

it('A5 does not check running containers, where the kernel opens no device', async () => {
  execFileSync('mkfifo', [at('upper/etc')]);
  expect(await userFilesDenial(container(true), 'docker start')).toBeNull();
});
