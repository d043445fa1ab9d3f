import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcFiles } from './lxcfs-files.ts';

describe('A10 whether lxcfs responds', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync('/tmp/bh-proc-');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('no where it does not run, yes where it does', async () => {
    expect(await new ProcFiles(path.join(directory, 'none')).probe()).toBe('no');
    writeFileSync(path.join(directory, 'uptime'), '1.0 1.0\n');
    expect(await new ProcFiles(directory).probe()).toBe('yes');
  });

  it('late, for every caller, when it hangs; and yes again afterwards', async () => {
    // A fifo without a writer: reading it blocks like reading from a hung FUSE file system.
    const file = path.join(directory, 'uptime');
    spawnSync('mkfifo', [file]);
    const files = new ProcFiles(directory);
    expect(await Promise.all([files.probe(20), files.probe(20)])).toEqual(['late', 'late']);
    const waiting = files.probe(60_000);
    writeFileSync(file, '1.0 1.0\n');
    expect(await waiting).toBe('yes');
  });
});
