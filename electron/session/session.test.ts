import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rootPaths } from '../../engine/base/root-paths.ts';
import type { Target } from '../../engine/target.ts';
import { embeddedCapabilities } from '../../engine/targets/embedded/capabilities.ts';
import { appState } from '../../renderer/dev/app-fixture.ts';
import { someContainers } from '../../renderer/dev/container-fixture.ts';
import type { ContainerScan } from '../../shared/containers/protection.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { UserStore } from './preferences.ts';
import { openSession, type Session } from './session.ts';

let directory: string;
let engine: Server;
let events: ServerResponse | undefined;
let session: Session | undefined;

beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-session-');
  engine = createServer((request, response) => {
    if (request.url?.startsWith('/events') !== true) return;
    events = response;
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  });
  await new Promise<void>((resolve) => {
    engine.listen(path.join(directory, 'docker.sock'), resolve);
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await session?.close();
  session = undefined;
  events?.end();
  events = undefined;
  engine.close();
  await rm(directory, { recursive: true });
});

const watchNothing = () => () => undefined;
const scanned = (at: string): Result<ContainerScan> => ok({ at, durationMs: 1, eci: true, containers: [] });

/**
 * A session of an engine that is ready and responds at a socket of its own; `scan` returns its containers.
 */
async function open(
  scan: Target['scan'],
  status?: () => Promise<unknown>,
  root = directory,
): Promise<Session> {
  const paths = { ...rootPaths(root), clientSocket: path.join(directory, 'docker.sock') };
  const ready = { ...appState({}).engine, phase: 'ready' as const, socket: paths.clientSocket };
  const target = {
    id: 'embedded:/a',
    ref: { kind: 'embedded', root: directory },
    capabilities: embeddedCapabilities,
    paths,
    scan,
    driver: { kind: 'embedded', status: status ?? (() => Promise.resolve(ready)) },
    settings: {
      read: () => Promise.resolve(appState({}).settings),
      watch: watchNothing,
      watchHistory: watchNothing,
      watchPolicy: watchNothing,
    },
    product: () => Promise.resolve(null),
    lastVerification: () => Promise.resolve(null),
    watchVerification: watchNothing,
    backendReports: () => Promise.resolve([]),
    dispose: () => undefined,
  } as unknown as Target; // the parts that a session uses here
  const users = {
    draft: () => null,
    setDraft: () => undefined,
    seenDenials: () => null,
    problem: () => null,
    onProblem: watchNothing,
    preferences: () => appState({}).preferences,
    firstRun: () => 'dismissed',
  } as unknown as UserStore; // likewise
  session = await openSession(target, users, {
    appVersion: '0',
    runtime: { electron: '0', node: '0', fallback: false },
    isRoot: false,
    desktop: () => appState({}).desktop,
    onLog: () => undefined,
  });
  return session;
}

describe('the engine’s directory', () => {
  it('is reported as missing once it is gone, and no more once it is back', async () => {
    const root = path.join(directory, 'engine');
    await mkdir(root);
    const opened = await open(() => Promise.resolve(scanned('')), undefined, root);
    expect(opened.state.get().engine.missingRoot).toBeUndefined();
    await rename(root, `${root}.away`);
    await expect.poll(() => opened.state.get().engine.missingRoot).toBe(root);
    await rename(`${root}.away`, root);
    await expect.poll(() => opened.state.get().engine.missingRoot).toBeUndefined();
  });

  it('is not missing before the engine’s first start', async () => {
    const opened = await open(() => Promise.resolve(scanned('')), undefined, path.join(directory, 'new'));
    await opened.refreshEngine();
    expect(opened.state.get().engine.missingRoot).toBeUndefined();
  });
});

describe('scanning containers', () => {
  it('scans once more for containers created while a scan runs, and shows the result', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answers: ((result: Result<ContainerScan>) => void)[] = [];
    const scan = vi.fn(
      () =>
        new Promise<Result<ContainerScan>>((resolve) => {
          answers.push(resolve);
        }),
    );
    const opened = await open(scan);
    const scansBegun = async () => {
      await vi.advanceTimersByTimeAsync(400);
      return scan.mock.calls.length;
    };
    await expect.poll(scansBegun).toBe(1);
    // Three containers are created while the first scan still runs.
    const timers = vi.getTimerCount();
    for (let count = 0; count < 3; count++) events?.write('{"Type":"container","Action":"create"}\n');
    await expect.poll(() => vi.getTimerCount()).toBe(timers + 1);
    expect(await scansBegun()).toBe(1);
    answers[0]?.(scanned('2026-01-01T00:00:00Z'));
    await expect.poll(() => scan.mock.calls.length).toBe(2);
    answers[1]?.(scanned('2026-01-01T00:00:09Z'));
    await expect.poll(() => opened.state.get().scan?.at).toBe('2026-01-01T00:00:09Z');
    expect(await scansBegun()).toBe(2);
    expect(opened.state.get().busy.scanning).toBe(false);
  });

  it('lists new containers while another one hangs, and scans for that one again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [sample] = someContainers;
      if (sample === undefined) throw new Error('no container in the fixture');
      const unanswered = { ...sample, protected: false, reason: 'unknown' as const, whyUnknown: 'no answer' };
      const results = [[unanswered], [unanswered, { ...sample, id: 'b' }], [sample, { ...sample, id: 'b' }]];
      const scan = vi.fn((call?: { readonly inspectLimitMs?: number | undefined }) => {
        expect(call?.inspectLimitMs).toBeLessThanOrEqual(5_000);
        const containers = results[Math.min(scan.mock.calls.length, results.length) - 1] ?? [];
        return Promise.resolve(ok({ at: '', durationMs: 1, eci: true, containers }));
      });
      const opened = await open(scan);
      await opened.scan();
      await vi.advanceTimersByTimeAsync(6_000);
      expect(opened.state.get().scan?.containers).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(11_000);
      expect(opened.state.get().scan?.containers[0]?.reason).toBe(sample.reason);
      const settled = scan.mock.calls.length;
      await vi.advanceTimersByTimeAsync(600_000);
      expect(scan).toHaveBeenCalledTimes(settled);
    } finally {
      vi.useRealTimers();
    }
  });
});
