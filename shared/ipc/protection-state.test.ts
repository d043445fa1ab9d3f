import { expect, it } from 'vitest';
import { embeddedCapabilities } from '../../engine/targets/embedded/capabilities.ts';
import { machineCapabilities } from '../../engine/targets/docker-engine/capabilities.ts';
import { noPolicyFacts } from '../enforcement/policy-facts.ts';
import { effectiveSettings } from '../settings/index.ts';
import type { PreferenceOutcome } from '../settings/preferences.ts';
import { claimIds, type Verification } from '../verify/claims.ts';
import type { AppState } from './app-state.ts';
import { protectionIn } from './protection-state.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const verification: Verification = { at: '2026-11-25T11:59:00Z', durationMs: 1, eci: true, claims: [] };
const state = (eci: PreferenceOutcome): Parameters<typeof protectionIn>[0] =>
  ({
    settings: {
      readError: null,
      policyFacts: noPolicyFacts,
      exists: true,
      preference: {
        by: 'sam',
        eci: false,
        blockDockerLoad: null,
        outcomes: { eci, blockDockerLoad: 'none' },
        problem: null,
        writable: true,
      },
    },
    engine: { phase: 'ready', gatewayUp: true },
    target: { capabilities: embeddedCapabilities },
    verification,
    scan: null,
  }) as unknown as AppState; // only the fields that it uses

it('protection is not claimed while a user has turned ECI off; a locked setting cannot be turned off', () => {
  const applied = effectiveSettings(
    '{"configurationFileVersion":2,"enhancedContainerIsolation":{"locked":false,"value":true}}',
  );
  const off = protectionIn(state('in-force'), applied, now);
  expect([off.eci, off.preferredOff, off.state]).toEqual([false, 'sam', 'off']);
  const locked = protectionIn(state('locked'), applied, now);
  expect([locked.eci, locked.preferredOff]).toEqual([true, null]);
});

it('protection is not claimed while steps of builds run with a runtime that isolates nothing', () => {
  const applied = effectiveSettings(
    '{"configurationFileVersion":2,"enhancedContainerIsolation":{"locked":true,"value":true}}',
  );
  const claims: Verification['claims'] = claimIds.map((id) => ({ id, verdict: 'pass', evidence: '' }));
  const stateWith = (defaultRuntime: string) =>
    protectionIn(
      {
        ...state('none'),
        engine: { ...state('none').engine, defaultRuntime },
        verification: { ...verification, claims },
      },
      applied,
      now,
    ).state;
  expect(['bulkhead', 'runc'].map(stateWith)).toEqual(['protected', 'unverified']);
});

it('protection is not claimed while clients can reach the engine past its gateway', () => {
  const applied = effectiveSettings(
    '{"configurationFileVersion":2,"enhancedContainerIsolation":{"locked":true,"value":true}}',
  );
  const claims: Verification['claims'] = claimIds.map((id) => ({ id, verdict: 'pass', evidence: '' }));
  const open = { ...state('none'), verification: { ...verification, claims } };
  expect(protectionIn(open, applied, now).state).toBe('protected');
  const engine = { ...open.engine, isBypassed: true as const };
  expect(protectionIn({ ...open, engine }, applied, now).state).toBe('unverified');
});

it('ECI is off if nothing enforces the settings file, whatever its content', () => {
  const applied = effectiveSettings(
    '{"configurationFileVersion":2,"enhancedContainerIsolation":{"locked":true,"value":true}}',
  );
  const app = { ...state('none'), target: { capabilities: machineCapabilities } };
  expect(protectionIn(app as AppState, applied, now)).toMatchObject({ state: 'off', eci: false });
});
