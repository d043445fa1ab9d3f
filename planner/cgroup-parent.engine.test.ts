import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../tests/support/guarded-engine.ts';
import { cgroupHierarchies, mountsOf } from './mounts/mount-table.ts';

const hierarchies = cgroupHierarchies(mountsOf('self'));
const tree = `bulkhead-test-${process.pid}`;
/** The deepest first, in every hierarchy. */
const directories = ['jobs/1', 'jobs', 'used', ''].flatMap((name) =>
  hierarchies.map((hierarchy) => path.join(hierarchy, tree, name)),
);

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
});
afterAll(async () => {
  await guarded?.stop();
  for (const directory of directories) if (existsSync(directory)) rmdirSync(directory);
});

const run = (parent: string, command: string) =>
  guarded.sh(`docker run --rm --cgroup-parent ${parent} busybox ${command}`);

describe('a cgroup parent with a path', () => {
  it('A1: has the container below it', async () => {
    const started = await guarded.sh(`docker run -d --name job --cgroup-parent /${tree}/jobs/1 busybox top`);
    expect(started).toMatchObject({ code: 0, stderr: '' });
    const pid = (await guarded.sh('docker inspect -f {{.State.Pid}} job')).stdout.trim();
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(
      `:/${tree}/jobs/1/${started.stdout.trim()}\n`,
    );
    expect(await guarded.sh('docker rm -f job')).toMatchObject({ code: 0 });
  });

  it('A5: cannot be a cgroup that contains processes', async () => {
    const [hierarchy = ''] = hierarchies;
    const used = path.join(hierarchy, tree, 'used');
    mkdirSync(used, { recursive: true });
    const service = spawn('sleep', ['infinity']);
    const ended = once(service, 'exit');
    try {
      writeFileSync(path.join(used, 'cgroup.procs'), String(service.pid));
      const refused = await run(`/${tree}/used`, 'true');
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(`inside one in which processes run (/${tree}/used)`);
    } finally {
      service.kill('SIGKILL');
      await ended;
    }
    expect(await run(`/${tree}/used`, 'true')).toMatchObject({ code: 0 });
  });
});
