import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTwoEngines, type TwoEngines } from '../../tests/support/two-engines.ts';

let engines: TwoEngines;
let programs = '';
const { PATH } = process.env;

/**
 * Programs that say who started them, where dockerd looks first. Before 29.5.1 it looks for them in the
 * container's root (CVE-2026-41567); one that has the fix, as Debian's 26.1.5-9+deb13u1, takes its own, but
 * still decides by the first bytes whether it runs any.
 */
beforeAll(async () => {
  programs = await mkdtemp('/tmp/bh-programs-');
  for (const [name, real] of [
    ['unpigz', 'gzip'],
    ['xz', 'xz'],
  ] as const) {
    const file = path.join(programs, name);
    await writeFile(
      file,
      `#!/bin/sh\necho ${name} >> "${programs}/started-by-$(cat /proc/$PPID/comm)-$PPID"\n` +
        `PATH=/usr/bin:/bin exec ${real} "$@"\n`,
    );
    await chmod(file, 0o755);
  }
  process.env['PATH'] = `${programs}:${PATH ?? ''}`;
  engines = await startTwoEngines();
});
afterAll(async () => {
  await engines?.stop();
  process.env['PATH'] = PATH;
  await rm(programs, { recursive: true, force: true });
});

describe('the engine starts no program to decompress a copied archive (CVE-2026-41567)', () => {
  it.each([
    ['running', 'run -d', 'sleep 1000'],
    ['created', 'create', 'true'],
    ['unprotected', 'create --runtime=runc', 'true'],
  ])('%s', async (name, make, command) => {
    const script = `mkdir -p t; echo x > t/x; tar -c t > t.tar
    docker ${make} --name ${name} busybox ${command} > /dev/null
      for how in gzip xz; do PATH=/usr/bin:/bin $how < t.tar | docker cp - ${name}:/tmp
      docker cp ${name}:/tmp/t/x - | tar -xO; done; docker rm -f ${name} > /dev/null
      cat ${programs}/started-by-dockerd-* 2> /dev/null; rm -f ${programs}/started-by-*`;
    const bare = await engines.bare.sh(script);
    expect(bare.stdout, bare.stderr).toBe('x\nx\nunpigz\nxz\n');
    const guarded = await engines.guarded.sh(script);
    expect(guarded.stdout, guarded.stderr).not.toMatch(/unpigz|xz/);
    // ECI has no unprotected containers but those that it lets through.
    if (name !== 'unprotected') expect(guarded.stdout).toBe('x\nx\n');
  });
});
