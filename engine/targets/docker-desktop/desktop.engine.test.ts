import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  bulkhead,
  embeddedEngine,
  startEngine,
  type EmbeddedEngine,
} from '../../../tests/support/embedded-engine.ts';
import { isolatingEngine, type DesktopEngine } from '../../../tests/support/desktop-engines.ts';
import { fakeDockerDesktop, type FakeDesktop } from '../../../tests/support/fake-docker-desktop.ts';
import { keepAllContainers, type ContainerChoices } from '../../../shared/apply/plan.ts';
import { settled } from '../../../shared/verify/claims.ts';
import type { Target } from '../../target.ts';
import { openDesktopTarget } from './target.ts';

// A fake Docker Desktop, with an engine of ours behind the user's socket. Not run on a real Docker
// Desktop.
let engine: EmbeddedEngine;
let behind: DesktopEngine;
let desktop: FakeDesktop;
let target: Target;
let refused: string | null = null;

beforeAll(async () => {
  engine = await embeddedEngine();
  behind = isolatingEngine({
    paths: engine.paths,
    start: () => engine.start(),
    stop: async () => {
      const stopped = await engine.driver.stop();
      if (!stopped.ok) throw new Error(stopped.error.message);
    },
  });
  desktop = await fakeDockerDesktop({
    platform: 'linux',
    engine: behind,
    runtimeName: 'bulkhead',
    refuses: (text) => (text === refused ? 'invalid admin configuration' : null),
  });
  target = openDesktopTarget(desktop.host, { bulkheadCommand: bulkhead, projectRoot });
  await startEngine(target.driver);
  await engine.busybox();
});
afterAll(async () => {
  target?.dispose();
  await desktop?.end();
  await engine?.dispose();
});

const projectRoot = path.resolve(import.meta.dirname, '../../..');
const document = (eci: boolean, more = '') =>
  '{\n  "configurationFileVersion": 2,\n  "enhancedContainerIsolation": { "locked": true, "value": ' +
  `${String(eci)} }${more}\n}\n`;
async function apply(text: string, choices: ContainerChoices = keepAllContainers, to = target) {
  const plan = await to.plan(text, choices);
  if (!plan.ok) throw new Error(plan.error.message);
  const started = await to.startApply({ text, choices, baseHash: plan.value.baseHash });
  if (!started.ok) throw new Error(`${started.error.message}: ${started.error.reason ?? ''}`);
  return { plan: plan.value, run: await started.value.done };
}

it("turns ECI on by file and relaunch, verifies by the user's socket, removes old containers", async () => {
  await engine.docker('run', '-d', '--name', 'before', 'busybox', 'sleep', '1000');
  const scan = await target.scan();
  expect(scan).toMatchObject({
    ok: true,
    value: { containers: [{ name: 'before', protected: false, reason: 'eci-off' }] },
  });
  const id = scan.ok ? (scan.value.containers[0]?.id ?? '') : '';
  const { plan, run } = await apply(document(true), {
    remove: [id],
    includeRunning: true,
    removeVolumes: false,
  });
  expect(plan.effects.map((effect) => effect.code)).toEqual(
    expect.arrayContaining([
      'desktop-reopens',
      'desktop-sign-in',
      'containers-stop',
      'containers-removed',
      'eci-on',
    ]),
  );
  expect(run.outcome, JSON.stringify(run.outcome)).toMatchObject({
    kind: 'applied',
    version: 1,
    removed: [{ removed: true }],
  });
  const verification = await target.lastVerification();
  expect(verification?.claims.filter((claim) => claim.verdict === 'pass').map((claim) => claim.id)).toEqual([
    'A2-user-namespace',
    'A3-exclusive-range',
    'A6-runtime-override',
    'A7-userns-host-ignored',
    'A7-host-namespaces-refused',
    'B1-socket-refused',
  ]);
  expect(verification?.claims.every((claim) => settled(claim.verdict))).toBe(true);
  await engine.docker('run', '-d', '--name', 'after', 'busybox', 'sleep', '1000');
  expect(await target.scan()).toMatchObject({
    ok: true,
    value: { eci: true, containers: [{ name: 'after', protected: true, reason: 'own-range', range: null }] },
  });
});

it('rolls back to the last good file, engine and verification if the next prevents its start', async () => {
  refused = document(true, ',\n  "disableUpdate": { "locked": true, "value": true }');
  const { run } = await apply(refused);
  expect(run.outcome).toMatchObject({
    kind: 'rolled-back',
    failedStep: 'restart-engine',
    restoredVersion: 1,
    error: { reason: 'invalid admin configuration' },
  });
  expect((await target.settings.read()).applied).toBe(document(true));
  expect(await target.driver.status()).toMatchObject({ phase: 'ready' });
  expect((await target.lastVerification())?.eci).toBe(true);
});

it('reports the mismatch when the file enables ECI and the engine does not', async () => {
  refused = null;
  const { run } = await apply(document(false));
  expect(run.outcome).toMatchObject({ kind: 'applied' });
  const verified = await target.verify();
  expect(verified).toMatchObject({ ok: true, value: { eci: false } });
  expect(verified.ok && verified.value.claims[0]).toMatchObject({
    id: 'A2-user-namespace',
    verdict: 'fail',
    evidence: expect.stringContaining('0 0 4294967295') as string,
  });
});

it.each(['darwin', 'win32'] as const)(
  'turns ECI on and verifies it with the places and programs of %s',
  async (platform) => {
    const stopped = await target.driver.stop();
    if (!stopped.ok) throw new Error(stopped.error.message);
    const other = await fakeDockerDesktop({ platform, engine: behind, runtimeName: 'bulkhead' });
    const its = openDesktopTarget(other.host, { bulkheadCommand: bulkhead, projectRoot });
    try {
      expect(await its.driver.start()).toMatchObject({ ok: true, value: { phase: 'ready' } });
      const { run } = await apply(document(true), keepAllContainers, its);
      expect(run.outcome, JSON.stringify(run.outcome)).toMatchObject({ kind: 'applied', version: 1 });
      const verification = await its.lastVerification();
      expect(verification).toMatchObject({ eci: true });
      expect(verification?.claims.filter((claim) => claim.verdict === 'pass')).toHaveLength(6);
    } finally {
      its.dispose();
      await other.end();
    }
  },
);
