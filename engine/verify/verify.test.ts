import { execFile } from 'node:child_process';
import { getMaxListeners, setMaxListeners } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { expect, test } from 'vitest';
import {
  claimIds,
  countMessage,
  protectionState,
  settled,
  type Claim,
  type Verdict,
} from '../../shared/verify/claims.ts';
import { operations } from '../../shared/verify/operations.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { rootPaths } from '../base/root-paths.ts';
import { limitedToEngineSocket } from './collect-sockets.ts';
import { judgeRefused, notEnforced } from './judge.ts';
import { readBuild } from './probe-build.ts';
import { noResponse, probeBody, removeProbes, within } from './probe-container.ts';
import { fileTar } from './probe-image.ts';
import { createProbeRunner } from './probe-runner.ts';
import { makeProbeShare, sharedDirectories } from './probe-share.ts';
import { readVerification } from './verification-record.ts';
import { requires } from '../../tests/support/requires.ts';

test('audit mode: no refusal is claimed, and nothing makes the engine protected', () => {
  const claims = claimIds.map((id): Claim => ({ id, verdict: 'pass', evidence: 'seen' }));
  const now = Date.now();
  const facts = {
    engineReady: true,
    kernel: '6.12.0',
    eci: true,
    now,
    verification: { at: new Date(now).toISOString(), durationMs: 1, eci: true, claims },
  };
  expect(protectionState({ ...facts, audit: false })).toBe('protected');
  expect(protectionState({ ...facts, audit: true })).toBe('audit');
  // Verified in audit mode, enforced since: the refusals were not verified.
  const shown = claims.map((claim) => (claim.id === 'B1-socket-refused' ? notEnforced(claim.id) : claim));
  expect(
    protectionState({ ...facts, audit: false, verification: { ...facts.verification, claims: shown } }),
  ).toBe('unverified');
});

test('a verification under other settings does not count; one that does not name them does', () => {
  const claims = claimIds.map((id): Claim => ({ id, verdict: 'pass', evidence: '' }));
  const now = Date.now();
  const state = (settingsHash: string | null, verified?: string | null) =>
    protectionState({
      ...{ engineReady: true, eci: true, audit: false, now, kernel: null, settingsHash },
      verification: {
        ...{ at: new Date(now).toISOString(), durationMs: 1, eci: true, claims },
        ...(verified === undefined ? {} : { settingsHash: verified }),
      },
    });
  expect([state('a', 'a'), state('b', 'a'), state('a', null)]).toEqual([
    'protected',
    'unverified',
    'unverified',
  ]);
  expect([state('a'), state(null, 'a')]).toEqual(['protected', 'protected']);
});

test('with every image allowed, the refusal of the engine’s own socket is not that of all', () => {
  const refused = judgeRefused('B1-socket-refused', [
    {
      request: 'bind of the engine socket',
      answer: { value: { status: 403, message: 'enhanced container isolation: no' } },
    },
  ]);
  expect(limitedToEngineSocket(refused)).toMatchObject({
    id: 'B1-socket-refused',
    verdict: 'limited',
    evidence: expect.stringMatching(
      /^bind of the engine socket: 403 .*: no\. By the settings .* every image may mount/,
    ) as string,
    items: [{ good: true }],
  });
});

test('a verification on another kernel does not count; one that does not name its kernel does', () => {
  const claims = claimIds.map((id): Claim => ({ id, verdict: 'pass', evidence: '' }));
  const now = Date.now();
  const state = (kernel: string | null, verified?: string) =>
    protectionState({
      ...{ engineReady: true, eci: true, audit: false, now, kernel },
      verification: {
        ...{ at: new Date(now).toISOString(), durationMs: 1, eci: true, claims },
        ...(verified === undefined ? {} : { kernel: verified }),
      },
    });
  expect([state('6.12.0', '6.12.0'), state('6.12.1', '6.12.0')]).toEqual(['protected', 'unverified']);
  expect([state('6.12.0'), state(null, '6.12.0')]).toEqual(['protected', 'protected']);
});

test('a limited or not offered claim is settled; one not run or missing is not', () => {
  const now = Date.now();
  const state = (claims: Claim[]) =>
    protectionState({
      engineReady: true,
      kernel: null,
      eci: true,
      audit: false,
      now,
      verification: { at: new Date(now).toISOString(), durationMs: 1, eci: true, claims },
    });
  const all = (verdict: Verdict) =>
    claimIds.map((id): Claim => ({
      id,
      verdict: id === 'A10-proc-emulated' ? verdict : 'pass',
      evidence: '',
    }));
  for (const verdict of ['pass', 'limited', 'not-offered'] as const)
    expect([settled(verdict), state(all(verdict))]).toEqual([true, 'protected']);
  for (const verdict of ['fail', 'not-run', 'not-enforced'] as const)
    expect([settled(verdict), state(all(verdict))]).toEqual([false, 'unverified']);
  expect(state(all('pass').slice(1))).toBe('unverified');
  expect(countMessage(all('limited')).text).toBe('17 of 18 checks passed, 1 limited');
});

test('the probe and the table of expectations have the same operations, 45 of them global', async () => {
  const ids = (
    await Promise.all(
      ['global', 'local'].map((name) =>
        readFile(path.resolve(import.meta.dirname, `../../runtime/probe-${name}.c`), 'utf8'),
      ),
    )
  ).map((source) =>
    [...source.slice(source.indexOf('_operations[] = {')).matchAll(/\{\s*"([a-z0-9-]+)",\s*\w+\s*\}/g)].map(
      (match) => match[1],
    ),
  );
  expect(ids.flat()).toEqual(operations.map((operation) => operation.id));
  expect(ids[0]).toEqual(
    operations.filter((operation) => operation.kind === 'global').map((operation) => operation.id),
  );
  expect(new Set(ids.flat()).size).toBe(operations.length);
  expect(ids[0]?.length).toBeGreaterThanOrEqual(45);
});

test("the classic builder's output is extracted from the engine's lines", () => {
  expect(
    readBuild(`{"stream":"Step 1/2"}\n{"stream":"\\n{\\"uid\\":0}\\n"}\n{"aux":{"ID":"sha256:a"}}\n`),
  ).toEqual({ output: 'Step 1/2\n{"uid":0}\n', image: 'sha256:a', error: null });
  expect(readBuild('not json\nnull\n{"stream":"x"}')).toEqual({ output: 'x', image: null, error: null });
  expect(readBuild('{"error":"failed to solve"}')).toEqual({
    output: '',
    image: null,
    error: 'failed to solve',
  });
});

test('shared directories are those that the gateway accepts, temporary ones first', () => {
  const list = (...paths: string[]) =>
    ({
      ...defaultSettings,
      fileSharing: { kind: 'list', directories: paths.map((one) => ({ path: one, sharedByDefault: true })) },
    }) as const;
  expect(sharedDirectories(defaultSettings, '/home/sam')).toEqual(['/tmp', '/home/sam']);
  expect(sharedDirectories(list(), '/home/sam')).toEqual([]);
  expect(sharedDirectories(list('/srv', '$HOME/code', '$TMP/x', 'relative'), '/home/sam')).toEqual([
    '/tmp/x',
    '/srv',
    '/home/sam/code',
  ]);
});

test('a probe that hangs, or is cancelled, is bounded', async () => {
  const never = new Promise<never>(() => undefined);
  await expect(within(5, new AbortController().signal, noResponse, () => never)).rejects.toThrow(
    /no answer within [\d.]+ s/,
  );
  const controller = new AbortController();
  const waiting = within(60_000, controller.signal, noResponse, () => never);
  controller.abort();
  await expect(waiting).rejects.toThrow('cancelled');
});

test("any number of probes ends with the caller's signal, whose own limit of listeners stays", () => {
  const controller = new AbortController();
  // A signal has no limit by itself in newer versions of Node.
  setMaxListeners(7, controller.signal);
  const docker = new Docker({ socketPath: '/nowhere' });
  const { signal } = createProbeRunner({ docker, signal: controller.signal }, 'probe');
  expect([getMaxListeners(controller.signal), getMaxListeners(signal)]).toEqual([7, 0]);
  expect(signal.aborted).toBe(false);
  controller.abort('cancelled');
  expect(signal).toMatchObject({ aborted: true, reason: 'cancelled' });
  expect(createProbeRunner({ docker }, 'probe').signal.aborted).toBe(false);
});

test('a probe runs until it is removed: of one that ends, a loaded engine may lose the output', () => {
  expect(probeBody({ image: 'probe', args: ['--proc'] }).Cmd).toEqual(['--proc', '--hold']);
});

test('removes only containers of its own program: any image may set its label', async () => {
  const removed: string[] = [];
  const docker = {
    listContainers: () =>
      Promise.resolve([
        { Id: 'ours', Command: '/bulkhead-probe --hold' },
        { Id: 'theirs', Command: 'sleep 1000' },
      ]),
    getContainer: (id: string) => ({
      remove: () => {
        removed.push(id);
        return Promise.resolve();
      },
    }),
  } as unknown as Parameters<typeof removeProbes>[0]; // the fields that it uses
  expect(await removeProbes(docker)).toEqual([]);
  expect(removed).toEqual(['ours']);
});

test("the image is a tar that tar reads: one executable file of root's", async () => {
  const directory = await mkdtemp('/tmp/bh-tar-');
  try {
    await writeFile(
      path.join(directory, 'a.tar'),
      fileTar([{ name: 'bulkhead-probe', content: Buffer.from('x'.repeat(700)), mode: 0o755 }]),
    );
    const { stdout } = await promisify(execFile)(
      'tar',
      ['--numeric-owner', '-tvf', path.join(directory, 'a.tar')],
      { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } },
    );
    expect(stdout).toMatch(/^-rwxr-xr-x 0\/0 +700 1970-01-01 00:00 bulkhead-probe\n$/);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('an invalid recorded verification counts as none', async () => {
  const directory = await mkdtemp('/tmp/bh-verify-');
  const paths = rootPaths(directory);
  try {
    expect(await readVerification(paths)).toBeNull();
    for (const text of ['', '{', '{"at": 1}', '[]']) {
      await writeFile(paths.verification, text);
      expect(await readVerification(paths)).toBeNull();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('the directory shared with a probe is closed to other users: its container writes as root', async () => {
  const directory = await mkdtemp('/tmp/bh-share-');
  try {
    const made = await makeProbeShare([path.join(directory, 'none'), directory], 'x');
    if (made === null || !('share' in made)) throw new Error(made?.why);
    expect((await stat(path.dirname(made.share.writable))).mode & 0o777).toBe(0o700);
    await made.share.remove();
    expect(await makeProbeShare([path.join(directory, 'none')], 'x')).toEqual({
      why: `${path.join(directory, 'none')} (ENOENT)`,
      denied: true,
    });
    expect(await makeProbeShare([directory, '/proc/self/fd'], 'y'.repeat(300))).toMatchObject({
      denied: false,
      why: expect.stringContaining(`${directory} (ENAMETOOLONG), `) as string,
    });
    expect(await makeProbeShare([], 'x')).toBeNull();
  } finally {
    await rm(directory, { recursive: true });
  }
});

// As root: only root can change the owner of directories.
test.runIf(requires('root'))(
  'no directory is made for a probe where others may put their own in its place (A8)',
  async () => {
    const directory = await mkdtemp('/tmp/bh-share-');
    try {
      const [users, groups, below, sticky] = ['users', 'groups', 'users/below', 'sticky'].map((name) =>
        path.join(directory, name),
      );
      if (users === undefined || groups === undefined || below === undefined || sticky === undefined)
        throw new Error('no paths');
      for (const made of [users, groups, below, sticky]) await mkdir(made);
      await chown(users, 1000, 1000);
      await chmod(groups, 0o775);
      await chmod(sticky, 0o1777);
      const why = [users, groups, below].map((share) => `${share} (others-may-write)`).join(', ');
      expect(await makeProbeShare([users, groups, below], 'x')).toEqual({ why, denied: true });
      for (const share of [users, groups])
        expect((await readdir(share)).filter((name) => name.startsWith('.'))).toEqual([]);
      const made = await makeProbeShare([users, sticky], 'x');
      if (made === null || !('share' in made)) throw new Error(made?.why);
      expect(path.dirname(path.dirname(made.share.writable))).toBe(sticky);
      await made.share.remove();
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
