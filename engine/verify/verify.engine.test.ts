import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { effectiveSettings } from '../../shared/settings/index.ts';
import { claimIds, settled, type Claim, type ClaimId } from '../../shared/verify/claims.ts';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import { isContainerdStore } from '../../tests/support/test-engine.ts';
import { dockerClient } from '../base/docker-client.ts';
import { readVerification } from './verification-record.ts';
import { verifyProtection } from './verify.ts';
import type { VerifyOptions } from './verify-options.ts';

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
});
afterAll(async () => {
  await guarded?.stop();
});

const paths = () => ({
  ...guarded.engine.paths,
  clientSocket: guarded.gateway.socket,
  engineSocket: guarded.engine.socket,
});
/** Applies settings and verifies with them. */
async function verify(document: Record<string, unknown>, more: Partial<VerifyOptions> = {}) {
  const settings = effectiveSettings(JSON.stringify(document));
  if (!settings.ok) throw new Error(settings.error.message);
  await guarded.gateway.settings(document);
  return verifyProtection({
    paths: paths(),
    docker: dockerClient(guarded.gateway.socket),
    probeDirectory: path.resolve(import.meta.dirname, '../../runtime/build'),
    runtimeName: 'bulkhead',
    settings: settings.value,
    ...more,
  });
}
const claimsOf = (result: Awaited<ReturnType<typeof verify>>): Readonly<Record<ClaimId, Claim>> => {
  if (!result.ok) throw new Error(`${result.error.message}: ${result.error.reason ?? ''}`);
  expect(result.value.claims.map(({ id }) => id)).toEqual([...claimIds]);
  // every id, as just observed
  return Object.fromEntries(result.value.claims.map((claim) => [claim.id, claim])) as Record<ClaimId, Claim>;
};
/** Nothing of a verification remains: containers, images, files, mounts, ranges. */
async function nothingLeft(): Promise<void> {
  expect(await guarded.engine.docker('ps', '-aq')).toBe('');
  expect((await guarded.engine.docker('images', '-a', '--format', '{{.Repository}}')).trim()).toBe('busybox');
  expect((await readdir(guarded.scratch)).filter((name) => name.startsWith('.bulkhead-verify-'))).toEqual([]);
  expect(await guarded.engine.leftoverMounts()).toEqual([]);
  // The runtime does not wait for the release of a range.
  await expect.poll(() => guarded.engine.ranges()).toEqual([]);
}

it('verifies every claim from inside real containers, records them, and leaves nothing behind', async () => {
  const result = await verify(eciOn(guarded.scratch));
  const claims = claimsOf(result);
  expect(
    Object.values(claims)
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ id, verdict }) => [id, verdict]),
  ).toEqual([['A10-proc-emulated', 'limited']]);
  // No lxcfs beside this engine.
  expect(claims['A10-proc-emulated']).toMatchObject({
    verdict: 'limited',
    evidence: expect.stringContaining('lxcfs does not run') as string,
  });
  expect(claims['A5-privileged-confined'].items?.length).toBeGreaterThanOrEqual(45);
  expect(claims['A11-through-socket'].evidence).toMatch(/403 enhanced container isolation:/);
  expect(await readVerification(paths())).toEqual(result.ok ? result.value : null);
  await nothingLeft();
});

it('A5: a container has the listed device that it is given, and no other', async () => {
  const listed = (...devices: object[]) => ({ ...eciOn(guarded.scratch), bulkhead: { devices } });
  const claim = async (settings: Readonly<Record<string, unknown>>) =>
    claimsOf(await verify(settings))['A5-listed-devices'];
  expect(await claim(listed({ device: '/dev/cpu_dma_latency' }))).toMatchObject({
    verdict: 'pass',
    evidence: expect.stringMatching(
      /^\/dev\/cpu_dma_latency \(c10:\d+\): ok; making another: EPERM; --device \/dev\/kmsg: 403 /,
    ) as string,
  });
  // Not for every image.
  expect(await claim(listed({ device: '/dev/cpu_dma_latency', users: ['root'] }))).toMatchObject({
    verdict: 'pass',
    evidence: expect.stringMatching(/^\/dev\/null \(c1:3\): ok; making another: EPERM; /) as string,
  });
  await nothingLeft();
});

it('A11: a container creates one by its socket; with an image list the rest is not offered', async () => {
  const withImages = (images: string[], more = {}) =>
    eciOn(guarded.scratch, { dockerSocketMount: { imageList: { images }, ...more } });
  const any = claimsOf(await verify(withImages(['*'])));
  expect(any['A11-through-socket']).toMatchObject({
    verdict: 'pass',
    evidence: expect.stringContaining('created through a mounted socket') as string,
  });
  expect(any['B1-socket-refused']).toMatchObject({
    verdict: 'limited',
    evidence: expect.stringContaining('every image may mount the clients') as string,
    items: [{ title: "bind of the engine's own socket" }],
  });
  const closed = claimsOf(
    await verify(withImages(['*'], { commandList: { type: 'allow', commands: ['ps'] } })),
  );
  expect(closed['A11-through-socket']).toMatchObject({
    verdict: 'not-offered',
    evidence: expect.stringContaining('command list') as string,
  });
  expect(claimsOf(await verify(withImages(['docker:cli'])))['A11-through-socket'].verdict).toBe('limited');
  const audit = claimsOf(await verify({ ...eciOn(guarded.scratch), bulkhead: { mode: 'audit' } }));
  expect(
    Object.values(audit)
      .filter(({ verdict }) => verdict === 'not-enforced')
      .map(({ id }) => id),
  ).toEqual([
    'A5-listed-devices',
    'A7-host-namespaces-refused',
    'A7-namespace-sharing',
    'A8-engine-directories-refused',
    'A11-through-socket',
    'B1-socket-refused',
  ]);
  expect(Object.values(audit).filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  await nothingLeft();
});

it('lists what is not offered, by the backend or the settings, and does not probe it', async () => {
  const claims = claimsOf(
    await verify(
      { ...eciOn(guarded.scratch), filesharingAllowedDirectories: [] },
      { notOffered: { 'A3-exclusive-range': 'all containers share one range' } },
    ),
  );
  expect(claims['A3-exclusive-range']).toEqual({
    id: 'A3-exclusive-range',
    verdict: 'not-offered',
    evidence: 'all containers share one range',
  });
  expect(claims['A8-shared-directory-usable'].verdict).toBe('not-offered');
  // Volumes exist all the same.
  expect(claims['A9-read-only-locked']).toMatchObject({
    verdict: 'pass',
    evidence: expect.stringMatching(/^as it is: EROFS, /) as string,
  });
  expect(Object.values(claims).filter(({ verdict }) => !settled(verdict))).toEqual([]);
  expect(await guarded.engine.docker('volume', 'ls', '-q')).toBe('');
});

it('cancelled, it ends at once, records nothing, and leaves nothing behind', async () => {
  const before = await readFile(paths().verification, 'utf8');
  const controller = new AbortController();
  const running = verify(eciOn(guarded.scratch), { signal: controller.signal });
  try {
    await expect
      .poll(() => guarded.engine.docker('ps', '-aq', '--filter', 'label=bulkhead.probe'))
      .not.toBe('');
  } finally {
    controller.abort();
  }
  expect(await running).toMatchObject({ ok: false, error: { code: 'apply.cancelled' } });
  expect(await readFile(paths().verification, 'utf8')).toBe(before);
  // What was being created when it was cancelled is removed by the next one.
  claimsOf(await verify(eciOn(guarded.scratch)));
  await nothingLeft();
});

it('for an engine of an architecture without a built probe, it names the one to build', async () => {
  const armEngine = {
    version: () => Promise.resolve({ Arch: 's390x' }),
    ping: () => Promise.resolve('OK'),
    listContainers: () => Promise.resolve([]),
    listImages: () => Promise.resolve([]),
  } as unknown as VerifyOptions['docker']; // the members that are used
  expect(await verify(eciOn(guarded.scratch), { docker: armEngine })).toMatchObject({
    ok: false,
    error: {
      code: 'verify.no-image',
      params: { architecture: 's390x' },
      hint: expect.stringContaining('build.sh all') as string,
    },
  });
});

// Where the engine is chosen to have it, all tests before have it.
const otherStore = isContainerdStore ? [] : ['containerd'];
it.each(otherStore)('verifies every claim on the image store of %s, too', async () => {
  const onOverlay = guarded;
  guarded = await startGuardedEngine({ containerdSnapshotter: true });
  try {
    const claims = claimsOf(await verify(eciOn(guarded.scratch)));
    expect(
      Object.values(claims).filter(({ id, verdict }) => verdict !== 'pass' && id !== 'A10-proc-emulated'),
    ).toEqual([]);
    expect(claims['C-build-buildkit'].evidence).toMatch(/^in RUN: uid_map "0 [1-9]/);
    await nothingLeft();
  } finally {
    await guarded.stop();
    guarded = onOverlay;
  }
});
