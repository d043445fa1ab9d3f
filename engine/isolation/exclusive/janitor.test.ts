import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { statFields } from '../../drivers/process-identity.ts';
import { openContainerStore, type ContainerStore } from './containers.ts';
import { Janitor } from './janitor.ts';
import type { ExclusivePaths } from './options.ts';
import { openRangeStore } from './ranges.ts';
import { bootId, IsolationService } from './service.ts';

const id = 'c'.repeat(64);
let directory: string, containers: ContainerStore, janitor: Janitor;
const at = (...names: string[]) => path.join(directory, ...names);
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'janitor-'));
  mkdirSync(at('runc', id), { recursive: true });
  // A runtime that says when it was asked to delete, and is done when it is told so.
  execFileSync('mkfifo', [at('done')]);
  writeFileSync(at('runtime'), `#!/bin/sh\necho "$*" > ${at('asked')}\nread line < ${at('done')}\n`, { mode: 0o755 });
  containers = openContainerStore(at('containers'), at('mounts'));
  const ranges = openRangeStore(at('ranges'), directory, () => new Set());
  const base = ranges.claim(id);
  containers.write({ id, runcRoot: at('runc'), base, runtimePid: 4_194_304, boot: bootId(), overlay: null, enginePoints: [], device: null, shares: null });
  const paths: ExclusivePaths = { root: directory, socket: at('s'), lock: at('lock'), runtimeBinary: at('runtime'), containers: at('containers'), ranges: at('ranges'), mounts: at('mounts'), devices: at('d'), procFiles: at('p') };
  const service = new IsolationService({
    ranges, containers, parts: { sockets: [], directories: [], containerSockets: at('sockets'), roots: [] }, deviceNodes: new Map(), runtimeBinary: paths.runtimeBinary, log: () => undefined,
    sharing: { directory: at('sharing'), records: 'required', subordinates: { of: () => ({ uid: 1, gid: 1 }) } },
  });
  janitor = new Janitor({ paths, service, ranges, containers, log: () => undefined });
});
afterEach(async () => { await janitor.stop(); rmSync(directory, { recursive: true, force: true }); });

/** A runtime that was killed when it was about to delete. */
async function killedAtDelete(): Promise<void> {
  await janitor.came({ id, verb: 'deleting' });
  janitor.went(id);
}

it('a container is not made anew while an interrupted delete of it is made up for; that delete\'s own requests are answered', async () => {
  await killedAtDelete();
  await expect.poll(() => existsSync(at('asked'))).toBe(true);
  let made = false;
  const create = janitor.came({ id, verb: 'create' }).then(() => { made = true; });
  for (const verb of ['deleting', 'delete', 'release'] as const) await janitor.came({ id, verb });
  expect(made).toBe(false);
  writeFileSync(at('done'), '\n');
  await create;
});

it('no delete is made up for of a container whose process lives: runc would kill what is made and not started yet', async () => {
  const { started } = statFields(readFileSync(`/proc/${process.pid}/stat`, 'utf8'));
  writeFileSync(at('runc', id, 'state.json'), JSON.stringify({ init_process_pid: process.pid, init_process_start: Number(started) }));
  await killedAtDelete();
  // Two looks fit in.
  await new Promise((resolve) => { setTimeout(resolve, 600); });
  expect(existsSync(at('asked'))).toBe(false);
});
