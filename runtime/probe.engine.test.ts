import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';

const facts = z.object({ operations: z.record(z.string(), z.string()) });
let directory: string;
beforeAll(() => {
  execFileSync('sh', [path.join(import.meta.dirname, 'build.sh')]);
  // In a place where another user can execute it.
  directory = mkdtempSync('/tmp/bh-probe-');
  execFileSync('chmod', ['755', directory]);
  copyFileSync(path.join(import.meta.dirname, 'build/bulkhead-probe'), path.join(directory, 'probe'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

it.each([-5, 0, 5])('A5: raising the priority is refused to a process with niceness %i', (niceness) => {
  const { stdout } = spawnSync(
    'nice',
    [
      ...['-n', String(niceness), 'setpriv', '--reuid=65534', '--clear-groups'],
      ...[path.join(directory, 'probe'), '--operations'],
    ],
    { encoding: 'utf8' },
  );
  expect(facts.parse(JSON.parse(stdout)).operations['better-priority']).toMatch(/^E(?:ACCES|PERM)$/);
});
