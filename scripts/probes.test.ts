import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bothProbes, missingProbes, probeOf } from './probes.mjs';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bh-probes-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function build(architecture: string): Promise<void> {
  const file = path.join(directory, probeOf(architecture));
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '');
}

describe('the probes in a package', () => {
  it('are those of both architectures, whatever the system', async () => {
    await build('amd64');
    await build('arm64');
    for (const platform of ['darwin', 'win32', 'linux'] as const)
      expect(bothProbes(directory, platform)).toEqual([
        'runtime/build/amd64/bulkhead-probe',
        'runtime/build/arm64/bulkhead-probe',
      ]);
  });

  it('are required for a package, and the error names where they come from', async () => {
    await build('amd64');
    expect(missingProbes(directory)).toEqual(['runtime/build/arm64/bulkhead-probe']);
    expect(() => bothProbes(directory, 'linux')).toThrow(
      /^runtime\/build\/arm64\/bulkhead-probe is missing, .* cross compiler .* `sh runtime\/build\.sh all`/,
    );
    for (const platform of ['darwin', 'win32'] as const)
      expect(() => bothProbes(directory, platform)).toThrow(
        'nothing on this system compiles them. Run `sh runtime/build.sh all` on a Linux machine ' +
          'or in a Linux container, and copy both files here',
      );
  });
});
