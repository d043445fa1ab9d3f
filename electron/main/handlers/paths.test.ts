import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../../engine/base/files.ts';
import { identityOf } from '../../../engine/base/process-identity.ts';
import { rootPaths, type RootPaths } from '../../../engine/base/root-paths.ts';
import { createSettingsStore } from '../../../engine/store/settings-store.ts';
import { addVersion } from '../../../engine/store/store-fixture.ts';
import { desktopCapabilities } from '../../../engine/targets/docker-desktop/capabilities.ts';
import { embeddedCapabilities } from '../../../engine/targets/embedded/capabilities.ts';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import type { RecordedPolicy } from '../../../shared/enforcement/recorded-policy.ts';
import { formatStoredSettings } from '../../../shared/enforcement/start-without-file.ts';
import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';
import type { Session } from '../../session/session.ts';

vi.mock('electron', () => ({}));
const { pathHandlers } = await import('./paths.ts');

const on = JSON.stringify({
  configurationFileVersion: 2,
  enhancedContainerIsolation: { value: true, locked: true },
  filesharingAllowedDirectories: [{ path: '/srv' }],
});
let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp('/tmp/bulkhead-would-mount-'));
  await mkdir(paths.history, { recursive: true });
  await addVersion(paths.history, 1, on, true);
});
afterEach(() => rm(paths.root, { recursive: true, force: true }));

/** A gateway that enforces `on`: this process. */
async function recordGateway(more: Partial<RecordedPolicy> = {}): Promise<void> {
  const gateway = await identityOf(process.pid);
  if (gateway === null) throw new Error('this process has no identity');
  const record = recordedPolicy({ gateway, hash: sha256(on), ...more });
  await writeFile(paths.enforcedPolicy, JSON.stringify(record));
}

async function decide(
  against: 'applied' | 'draft',
  requested = '/etc',
  capabilities: TargetCapabilities = embeddedCapabilities,
  engine = { phase: 'ready', gatewayUp: true },
) {
  const settings = await createSettingsStore(paths).read();
  const state = { get: () => ({ settings, engine }) };
  // Only the parts that this handler uses.
  const session = { state, target: { paths, capabilities } } as unknown as Session;
  return pathHandlers()['paths:would-mount']({ path: requested, against }, session);
}

describe('whether a directory could be mounted under the applied settings', () => {
  it('follows the settings file', async () => {
    await writeFile(paths.settings, on);
    expect(await decide('applied')).toMatchObject({ value: { allowed: false, code: 'bind-not-shared' } });
    expect(await decide('applied', '/srv')).toMatchObject({ value: { allowed: true, code: 'allowed' } });
  });

  it('follows the policy that the gateway enforces after the file was deleted', async () => {
    await recordGateway();
    expect(await decide('applied')).toMatchObject({ value: { allowed: false, code: 'bind-not-shared' } });
    expect(await decide('applied', '/srv')).toMatchObject({ value: { allowed: true, code: 'allowed' } });
    expect(await decide('draft')).toMatchObject({ value: { allowed: true, code: 'eci-off' } });
  });

  it('follows what the next start enforces after the file was deleted, and the engine stopped', async () => {
    const stopped = { phase: 'stopped', gatewayUp: false };
    await recordGateway({ gateway: { pid: process.pid, started: '1', boot: 'another' }, stored: true });
    await writeFile(paths.storedSettings, formatStoredSettings({ hash: sha256(on), text: on }));
    for (const [directory, allowed] of [
      ['/etc', false],
      ['/srv', true],
    ] as const)
      expect(await decide('applied', directory, embeddedCapabilities, stopped)).toMatchObject({
        value: { allowed },
      });
    await writeFile(paths.storedSettings, '');
    expect(await decide('applied', '/srv', embeddedCapabilities, stopped)).toMatchObject({
      value: { allowed: false },
    });
  });

  it('follows the enforced policy while the file cannot be used', async () => {
    await recordGateway();
    await writeFile(paths.settings, 'garbage');
    expect(await decide('applied', '/srv')).toMatchObject({ value: { allowed: true, code: 'allowed' } });
  });

  it('fails if no policy is known: the file is unusable, or deleted without a record', async () => {
    expect(await decide('applied', '/etc', desktopCapabilities)).toMatchObject({
      ok: false,
      error: { code: 'settings.unreadable', message: 'Nothing shows which policy is in force.' },
    });
    await writeFile(paths.settings, '{');
    expect(await decide('applied')).toMatchObject({ ok: false, error: { code: 'settings.syntax' } });
    expect(await decide('draft')).toMatchObject({ ok: false, error: { code: 'settings.syntax' } });
  });
});
