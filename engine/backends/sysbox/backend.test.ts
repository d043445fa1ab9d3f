import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSysbox, type FakeSysbox } from '../../../tests/support/fake-sysbox.ts';
import { rootPaths } from '../../base/root-paths.ts';
import { sysboxBackend } from './backend.ts';
import { probeService } from './services.ts';

let directory: string;
let fakeSysbox: FakeSysbox | null = null;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bh-sysbox-'));
});
afterEach(async () => {
  await fakeSysbox?.stop();
  fakeSysbox = null;
  await rm(directory, { recursive: true, force: true });
});

async function reported(
  options: Parameters<typeof startFakeSysbox>[1] = {},
  more: { dockerd?: string; timeoutMs?: number; binary?: string } = {},
) {
  fakeSysbox = await startFakeSysbox(directory, options);
  const backend = sysboxBackend({
    binary: fakeSysbox.binary,
    socketDirectory: fakeSysbox.socketDirectory,
    dockerd: '/bin/echo',
    timeoutMs: 1_000,
    ...more,
  });
  const report = await backend.report(rootPaths(directory));
  return { backend, report, of: (code: string) => report.requirements.find((one) => one.code === code) };
}

describe('the sysbox backend, on a fake (not run on a real Sysbox)', () => {
  it('A6 finds an installed Sysbox whose services respond, and its version and edition', async () => {
    const { of } = await reported();
    expect(of('sysbox-installed')).toMatchObject({
      met: true,
      found: expect.stringMatching(
        /^sysbox-runc edition: Community Edition \(CE\) version: 0\.6\.7/,
      ) as string,
    });
    expect(of('sysbox-services')).toMatchObject({ met: true, found: 'sysbox-mgr and sysbox-fs respond' });
  });

  it.each([
    ['hangs', /sysbox-fs: no response within 1 s: it hangs/],
    ['ended', /sysbox-fs: nothing listens on its socket/],
    ['absent', /sysbox-fs: there is no socket/],
    ['wrong-protocol', /sysbox-fs: /],
  ] as const)('is not available while its file-system service %s, and says so in time', async (fs, found) => {
    const { report, of } = await reported({ services: { fs } });
    expect(of('sysbox-services')).toMatchObject({
      met: false,
      found: expect.stringMatching(found) as string,
      fix: expect.stringContaining('restart sysbox') as string,
    });
    expect(of('sysbox-services')?.found).not.toContain('sysbox-mgr');
    expect(report.available).toBe(false);
  });

  it('names both services if they are not running', async () => {
    const { of } = await reported({ services: { mgr: 'absent', fs: 'absent' } });
    expect(of('sysbox-services')?.found).toMatch(/sysbox-mgr: .*; sysbox-fs: /);
  });

  it('is not available if its program is missing, is another program, or hangs', async () => {
    const absent = await reported({}, { binary: path.join(directory, 'nothere') });
    expect(absent.of('sysbox-installed')).toMatchObject({
      met: false,
      found: `${directory}/nothere does not exist`,
      fix: expect.stringContaining('Install Sysbox') as string,
    });
    expect(await absent.backend.install(rootPaths(directory))).toMatchObject({
      ok: false,
      error: { code: 'isolation.install-failed' },
    });
    await fakeSysbox?.stop();
    expect((await reported({ version: 'runc version 1.1.15\\n' })).of('sysbox-installed')).toMatchObject({
      met: false,
      found: expect.stringContaining('is not Sysbox: runc version') as string,
    });
    await fakeSysbox?.stop();
    expect((await reported({ version: null })).of('sysbox-installed')).toMatchObject({
      met: false,
      found: expect.stringContaining('it hangs') as string,
    });
  });

  it.each([
    ['Docker version 24.0.9, build x', false],
    ['Docker version 25.0.0, build x', true],
    ['Docker version 26.1.5+dfsg1, build x', true],
    ['something', false],
  ])('C builds are isolated from Docker 25 on: "%s"', async (title, met) => {
    const dockerd = path.join(directory, 'dockerd');
    await writeFile(dockerd, `#!/bin/sh\necho '${title}'\n`, { mode: 0o755 });
    expect((await reported({}, { dockerd })).of('build-isolation')?.met).toBe(met);
  });

  it('C: runs build steps too, needs no planner; A3: has no exclusive range', async () => {
    const { backend } = await reported();
    expect(backend.engineEnvironment(backend.runtimePath(rootPaths(directory)))).toEqual({
      DOCKER_BUILDKIT_RUNC_COMMAND: fakeSysbox?.binary,
    });
    expect(backend).toMatchObject({
      runtimeName: 'sysbox-runc',
      needsPlanner: false,
      notOffered: { 'A3-exclusive-range': { text: expect.stringContaining('one range') as string } },
    });
    expect((await backend.install(rootPaths(directory))).ok).toBe(true);
  });

  it('queries a service in bounded time and leaves no connection behind', async () => {
    fakeSysbox = await startFakeSysbox(directory, { services: { mgr: 'responds', fs: 'hangs' } });
    expect(await probeService(path.join(fakeSysbox.socketDirectory, 'sysmgr.sock'), 5_000)).toEqual({
      isResponsive: true,
    });
    expect(await probeService(path.join(fakeSysbox.socketDirectory, 'sysfs.sock'), 200)).toMatchObject({
      isResponsive: false,
    });
  });
});
