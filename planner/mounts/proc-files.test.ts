import { describe, expect, it } from 'vitest';
import { parseSpec } from '../config/bundle.ts';
import { PlanBuilder } from '../base/plan.ts';
import { planProcFiles, procFileNames, emulatedProcFiles } from './proc-files.ts';

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
