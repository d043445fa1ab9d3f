import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedEngine, type EmbeddedEngine } from '../tests/support/embedded-engine.ts';
import { unshare } from '../tests/support/unshare.ts';

// As in a container: the cgroups are mounted, and can't be changed.
unshare('mount');
execFileSync('mount', ['--make-rslave', '/']);
const mounts = execFileSync('findmnt', ['-rno', 'TARGET', '-t', 'cgroup,cgroup2'], { encoding: 'utf8' });
for (const point of mounts.trim().split('\n')) {
  if (/\/(?:devices|unified|cgroup)$/.test(point)) execFileSync('mount', ['-o', 'remount,bind,ro', point]);
}

let engine: EmbeddedEngine;
beforeAll(async () => {
  engine = await embeddedEngine();
});
afterAll(async () => {
  await engine.dispose();
});

it('without a devices cgroup the engine starts; its log and status report what it may access', async () => {
  const on = { configurationFileVersion: 2, enhancedContainerIsolation: { value: true } };
  await writeFile(engine.paths.settings, JSON.stringify(on));
  const message = new RegExp(
    'the engine may open device nodes that images contain: ' +
      'bulkhead: cannot make the cgroup .*: Read-only file system',
  );
  expect(await engine.driver.start()).toMatchObject({
    ok: true,
    value: {
      phase: 'ready',
      plannerUp: true,
      problem: { message: expect.stringMatching(message) as string },
    },
  });
  expect(await readFile(`${engine.paths.logs}/supervisor.log`, 'utf8')).toMatch(message);
});
