import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSpec } from '../config/bundle.ts';
import { PlanBuilder } from '../base/plan.ts';
import { planProcFiles, procFileNames, ProcFiles, emulatedProcFiles } from './proc-files.ts';

const spec = (more: { mounts?: object[]; namespaces?: object[]; maskedPaths?: string[] } = {}) =>
  parseSpec(
    JSON.stringify({
      root: { path: '/r' },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }, ...(more.mounts ?? [])],
      linux: {
        namespaces: more.namespaces ?? [{ type: 'pid' }],
        maskedPaths: more.maskedPaths ?? ['/proc/kcore'],
      },
    }),
  );

describe('A10 which files of /proc are emulated', () => {
  it('all of them in an ordinary container, read-only', () => {
    const plan = new PlanBuilder();
    plan.privateDirectory('/t');
    const mounts = planProcFiles(spec(), plan, '/lx/proc');
    expect(mounts.map(({ destination, source }) => [destination, source])).toEqual(
      procFileNames.map((name, i) => [`/proc/${name}`, `/t/${i}`]),
    );
    expect(mounts.every(({ options }) => options?.includes('ro'))).toBe(true);
  });
  it('not those that a container mounts or masks itself', () => {
    const own = spec({
      mounts: [
        { destination: '/proc/uptime', type: 'bind', source: '/x' },
        { destination: '/proc//swaps/', type: 'bind', source: '/x' },
      ],
      maskedPaths: ['/proc/stat'],
    });
    expect(emulatedProcFiles(own)).toEqual(['cpuinfo', 'diskstats', 'loadavg', 'meminfo']);
  });
  it("none with all of /proc unmasked, in another's pid namespace, without a /proc of its own", () => {
    expect(emulatedProcFiles(spec({ maskedPaths: [] }))).toEqual([]);
    expect(emulatedProcFiles(spec({ namespaces: [{ type: 'pid', path: '/proc/7/ns/pid' }] }))).toEqual([]);
    expect(
      emulatedProcFiles(spec({ mounts: [{ destination: '/proc', type: 'tmpfs', source: 'tmpfs' }] })),
    ).toEqual([]);
    expect(
      emulatedProcFiles(
        parseSpec('{"root":{"path":"/r"},"linux":{"namespaces":[],"maskedPaths":["/proc/kcore"]}}'),
      ),
    ).toEqual([]);
  });
});

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
