import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import type { RecordedPolicy } from '../../../shared/enforcement/recorded-policy.ts';
import type { EngineStatus } from '../../../shared/engine-status/status.ts';
import { sha256 } from '../../base/files.ts';
import { identityOf } from '../../base/process-identity.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { FakeEngine, id } from '../../recreate/containers-fixture.ts';
import { createSettingsStore } from '../../store/settings-store.ts';
import { addVersion } from '../../store/store-fixture.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import { scanEngine } from './scan.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"locked": true, "value": true}}';
let paths: RootPaths;
let engine: FakeEngine;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp('/tmp/bulkhead-scan-'));
  await mkdir(paths.history, { recursive: true });
  engine = new FakeEngine(paths.clientSocket);
  await engine.listen();
  // Version 1 turned ECI on, on 2026-11-28.
  await addVersion(paths.history, 1, on, true);
  engine.add({ id: id(1), created: '2026-11-01T00:00:00Z' });
  engine.add({ id: id(2), created: '2026-11-29T00:00:00Z' });
  engine.add({ id: id(3), runtime: 'bulkhead' });
});
afterEach(async () => {
  await engine.close();
  await rm(paths.root, { recursive: true, force: true });
});

async function recordPolicy(more: Partial<RecordedPolicy> = {}): Promise<void> {
  const gateway = await identityOf(process.pid);
  if (gateway === null) throw new Error('this process has no identity');
  const record = recordedPolicy({ gateway, hash: sha256(on), ...more });
  await writeFile(paths.enforcedPolicy, JSON.stringify(record));
}

async function scan() {
  // Only the part that a scan uses.
  const driver = {
    status: () => Promise.resolve({ gatewayUp: true } as EngineStatus),
  } as unknown as EngineDriver;
  const scanned = await scanEngine({ paths, store: createSettingsStore(paths), driver });
  if (!scanned.ok) throw new Error(scanned.error.message);
  const { eci, audit, containers } = scanned.value;
  return { eci, reasons: containers.map(({ reason }) => reason), ...(audit === undefined ? {} : { audit }) };
}

const underEci = { eci: true, reasons: ['before-eci', 'past-gateway', 'own-range-stopped'] };

describe('a container that was created in audit mode', () => {
  const audit = on.replace(/}$/, ', "bulkhead": {"mode": "audit"}}');
  const inAudit = ['before-eci', 'audit-mode', 'own-range-stopped'];
  const pastGateway = ['before-eci', 'past-gateway', 'own-range-stopped'];
  // One is made on 2026-11-29, a day later.
  beforeEach(async () => {
    await addVersion(paths.history, 2, audit, true, '2026-11-28T12:00:00Z');
    await recordPolicy({ hash: sha256(audit), mode: 'audit' });
    await writeFile(paths.settings, audit);
  });
  const editSettings = async (text: string, at: string) => {
    await writeFile(paths.settings, text);
    await utimes(paths.settings, new Date(at), new Date(at));
  };

  it('was not made past the gateway, one that was created afterwards was', async () => {
    expect(await scan()).toEqual({ eci: true, reasons: inAudit, audit: true });
    await addVersion(paths.history, 3, on, true, '2026-11-28T20:00:00Z');
    await recordPolicy();
    expect(await scan()).toEqual({ eci: true, reasons: pastGateway });
  });

  it('is one before the settings file was changed to enforce, which no version records', async () => {
    await editSettings(on, '2026-11-28T20:00:00Z');
    await recordPolicy({ at: '2026-11-28T20:00:01Z' });
    expect(await scan()).toEqual({ eci: true, reasons: pastGateway });
    await editSettings(on, '2026-11-30T20:00:00Z');
    await recordPolicy({ at: '2026-11-30T20:00:01Z' });
    expect(await scan()).toEqual({ eci: true, reasons: inAudit });
  });

  it('is not one after that change, though a later gateway recorded the policy again', async () => {
    await editSettings(on, '2026-11-28T20:00:00Z');
    await recordPolicy({ at: '2026-11-30T20:00:01Z' });
    expect(await scan()).toEqual({ eci: true, reasons: pastGateway });
  });

  it('is none if a gateway runs, and it is unknown since when it enforces the file', async () => {
    await editSettings(on, '2026-11-30T20:00:00Z');
    await rm(paths.enforcedPolicy);
    expect(await scan()).toEqual({ eci: true, reasons: pastGateway });
  });
});

describe('the reasons of containers while the settings file is deleted, and after its return', () => {
  it('stay those of the policy that the gateway enforces', async () => {
    await recordPolicy();
    await writeFile(paths.settings, on);
    expect(await scan()).toEqual(underEci);
    await rm(paths.settings);
    expect(await scan()).toEqual(underEci);
    await writeFile(paths.settings, on);
    expect(await scan()).toEqual(underEci);
  });

  it('stay so if the file is restored as a version of its own', async () => {
    await recordPolicy();
    await addVersion(paths.history, 2, on, true);
    await writeFile(paths.settings, on);
    expect(await scan()).toEqual(underEci);
  });

  it('are that ECI is off while the gateway enforces nothing for want of the file', async () => {
    await recordPolicy({ hash: '', eci: false, locked: false });
    expect(await scan()).toEqual({ eci: false, reasons: ['eci-off', 'eci-off', 'own-range-stopped'] });
    await writeFile(paths.settings, on);
    await recordPolicy();
    expect(await scan()).toEqual(underEci);
  });
});
