import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import type { EngineStatus } from '../../../shared/engine-status/status.ts';
import { ok } from '../../../shared/result.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import { sha256 } from '../../base/files.ts';
import { identityOf } from '../../base/process-identity.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { createSettingsStore } from '../../store/settings-store.ts';
import { addVersion } from '../../store/store-fixture.ts';
import { embeddedCapabilities } from '../embedded/capabilities.ts';
import { OpenedEngine } from './opened-engine.ts';
import { planFacts } from './collect-plan-facts.ts';

let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp('/tmp/bulkhead-plan-facts-'));
  await mkdir(paths.history, { recursive: true });
});
afterEach(async () => {
  await rm(paths.root, { recursive: true, force: true });
});

const sharing = (directories: readonly string[], { eci = true, mode = 'enforce' } = {}) =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { locked: true, value: eci },
    filesharingAllowedDirectories: directories.map((path) => ({ path, sharedByDefault: false })),
    bulkhead: { mode },
  });

/** The shared directories for which a plan for `draft` has the mounts of protected containers resolved. */
async function directoriesOf(draft: string): Promise<readonly string[] | undefined> {
  // Only the part that a plan uses.
  const driver = {
    status: () => Promise.resolve({ phase: 'ready' } as EngineStatus),
    checkConfig: () => Promise.resolve(ok(undefined)),
  } as unknown as EngineDriver;
  const engine = new OpenedEngine(
    {
      paths,
      capabilities: embeddedCapabilities,
      driver,
      store: createSettingsStore(paths),
      lintContext: { settingsFormat: 'engine', platform: 'linux' },
    },
    { projectRoot: paths.root, bulkheadCommand: 'bulkhead' },
  );
  vi.spyOn(engine, 'reportOf').mockResolvedValue({ id: 'exclusive', available: true, requirements: [] });
  const scan = vi
    .spyOn(engine, 'scan')
    .mockResolvedValue(ok({ at: '2026-11-28T00:00:00Z', durationMs: 1, eci: true, containers: [] }));
  const facts = await planFacts(engine, draft);
  if (!facts.ok) throw new Error(facts.error.message);
  expect(scan).toHaveBeenCalledOnce();
  return scan.mock.calls[0]?.[0]?.draftDirectories;
}

test('mounts of protected containers are resolved only if a draft changes the directories', async () => {
  await writeFile(paths.settings, sharing(['/srv', '/opt/data']));
  expect(await directoriesOf(sharing(['/srv', '/opt/data']))).toBeUndefined();
  expect(await directoriesOf(sharing(['/srv']))).toEqual(['/srv']);
});

test('mounts are not resolved for a draft that refuses none', async () => {
  await writeFile(paths.settings, sharing(['/srv']));
  expect(await directoriesOf(sharing([], { eci: false }))).toBeUndefined();
  expect(await directoriesOf(sharing([], { mode: 'audit' }))).toBeUndefined();
});

test('mounts are resolved for a draft that turns ECI on', async () => {
  await writeFile(paths.settings, sharing(['/srv'], { eci: false }));
  expect(await directoriesOf(sharing(['/srv']))).toEqual(['/srv']);
});

test('an unusable file counts as the settings that the gateway enforces in its place', async () => {
  const enforced = sharing(['/srv']);
  await addVersion(paths.history, 1, enforced, true);
  await writeFile(paths.settings, '{');
  const gateway = await identityOf(process.pid);
  if (gateway === null) throw new Error('this process has no identity');
  const record = recordedPolicy({ gateway, hash: sha256(enforced) });
  await writeFile(paths.enforcedPolicy, JSON.stringify(record));
  expect(await directoriesOf(enforced)).toBeUndefined();
  expect(await directoriesOf(sharing([]))).toEqual([]);
});
