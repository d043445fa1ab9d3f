import { describe, expect, it, vi } from 'vitest';
import { describeEngine } from '../../cli/engine-text.ts';
import { appState, targetCapabilities } from '../../renderer/dev/app-fixture.ts';
import { needsFirstRun } from '../../renderer/state/first-run.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { protectionIn } from '../../shared/ipc/protection-state.ts';
import { effectiveSettings } from '../../shared/settings/index.ts';
import { rollbackText } from '../../shared/settings/history.ts';
import {
  missingBecause,
  targetCapabilitiesSchema,
  targetFeatures,
  type TargetCapabilities,
} from '../../shared/targets/capabilities.ts';
import type { TargetKind } from '../../shared/engine-status/kinds.ts';
import { container, settingsText } from '../apply/apply-fixture.ts';
import { makePlan } from '../apply/plan.ts';
import type { PlanFacts } from '../apply/plan-facts.ts';
import { sha256 } from '../base/files.ts';
import { engineAtRoot, systemEngine } from '../../shared/targets/target-id.ts';
import { declaredCapabilities } from './declared-capabilities.ts';

vi.mock('electron', () => ({ Menu: {}, Tray: Object, nativeImage: {}, app: {} }));
const { trayState } = await import('../../electron/main/desktop/tray-state.ts');
const { desktopLabels } = await import('../../shared/desktop/labels.ts');

/** An unknown kind: its behaviour can only follow from its capabilities. */
const dummyKind = 'dummy' as TargetKind; // not one of them, on purpose
const dummy: TargetCapabilities = {
  ...targetCapabilities.embedded,
  missing: {
    ...targetCapabilities.embedded.missing,
    recreate: 'no-gateway-in-front',
    'audit-mode': 'enforced-by-product',
  },
  readsSettings: 'at-start',
  fileEnforcesSignIn: true,
  enforcedByGateway: false,
  reconfiguredBy: 'restart',
  restarts: 'application',
  minimumRestartSeconds: 1234,
  controlFromTray: false,
  firstRun: false,
};

const stateOf = (capabilities: TargetCapabilities): AppState => {
  const state = appState();
  return { ...state, target: { id: 'dummy', kind: dummyKind, capabilities, product: null } };
};
const factsOf = (capabilities: TargetCapabilities): PlanFacts => {
  const text = settingsText(true);
  return {
    capabilities,
    applied: { exists: true, text, hash: sha256(text) },
    versions: { current: 1, recorded: true, next: 2, entries: [] },
    engine: { ...appState().engine, kind: dummyKind, defaultRuntime: 'bulkhead' },
    lint: { settingsFormat: capabilities.settingsFormat, platform: 'linux' },
    backend: { id: 'exclusive', available: true, requirements: [] },
    runtimeName: 'bulkhead',
    engineConfig: { ok: true, value: { text: null, record: null, changes: [], conflicts: [] } },
    restartReason: null,
    scan: { at: '', durationMs: 1, eci: true, containers: [container({ id: 'a' })] },
    rights: null,
  };
};

describe('the capabilities of a target', () => {
  it('offer everything on an engine with a gateway, nothing that needs a gateway on others', () => {
    const offered = (kind: TargetKind) =>
      targetFeatures.filter((feature) => missingBecause(targetCapabilities[kind], feature) === null);
    expect(offered('embedded')).toEqual(targetFeatures.filter((feature) => feature !== 'desktop-settings'));
    expect(offered('docker-engine')).toEqual([]);
    expect(offered('docker-desktop')).toEqual([
      'apply',
      'turn-on-eci',
      'engine-control',
      'verify',
      'desktop-settings',
    ]);
  });

  it('need a gateway installed before an apply for docker.service alone', () => {
    const needing = (Object.keys(targetCapabilities) as TargetKind[]).filter(
      (kind) => targetCapabilities[kind].needsInstall,
    );
    expect(needing).toEqual(['system']);
    expect(declaredCapabilities(systemEngine)).toBe(targetCapabilities.system);
    expect(declaredCapabilities(engineAtRoot('/srv/x'))).toBe(targetCapabilities.embedded);
  });

  it('are passed to the window unchanged', () => {
    for (const capabilities of Object.values(targetCapabilities))
      expect(targetCapabilitiesSchema.parse(JSON.parse(JSON.stringify(capabilities)))).toEqual(capabilities);
  });
});

describe('an engine of an unknown kind', () => {
  it('is planned for by its capabilities', () => {
    const { embedded } = targetCapabilities;
    const draft = `${settingsText(true)}\n`;
    const choices = { remove: [], includeRunning: false, removeVolumes: false, recreate: ['a'] };
    const embeddedPlan = makePlan(factsOf(embedded), draft, choices);
    const unlike = makePlan(factsOf(dummy), draft, choices);
    expect([embeddedPlan.restartNeeded, embeddedPlan.recreate]).toEqual([false, ['a']]);
    expect([unlike.restartNeeded, unlike.recreate]).toEqual([true, []]);
    expect(unlike.estimatedSeconds).toBeGreaterThanOrEqual(1234);
    expect(unlike.effects.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['desktop-reopens', 'desktop-sign-in']),
    );
    expect([rollbackText(null, true, embedded) === '', rollbackText(null, true, dummy)]).toEqual([false, '']);
  });

  it('is shown by the window by its capabilities', () => {
    const fresh = (capabilities: TargetCapabilities) => {
      const state = stateOf(capabilities);
      return needsFirstRun({
        ...state,
        firstRun: 'engine',
        settings: { ...state.settings, appliedVersion: 0, exists: false },
      });
    };
    expect([fresh(targetCapabilities.embedded), fresh(dummy)]).toEqual([true, false]);
    const tray = (capabilities: TargetCapabilities) =>
      trayState(stateOf(capabilities), desktopLabels('en', 'en'), Date.now()).engine;
    expect([tray(targetCapabilities.embedded), tray(dummy)]).toEqual(['stop', null]);
    const audit = effectiveSettings(
      '{"configurationFileVersion":2,"enhancedContainerIsolation":{"value":true},' +
        '"bulkhead":{"mode":"audit"}}',
      { exists: true },
    );
    const protection = (capabilities: TargetCapabilities) =>
      protectionIn(stateOf(capabilities), audit, Date.now()).state;
    expect(protection(targetCapabilities.embedded)).toBe('audit');
    expect(protection(dummy)).not.toBe('audit');
  });

  it('is described on the command line by its capabilities', () => {
    const { engine } = stateOf(dummy);
    expect(describeEngine(targetCapabilities.embedded)(engine)).toContain('gateway');
    expect(describeEngine(dummy)(engine)).not.toContain('gateway');
  });
});
