import { describe, expect, it } from 'vitest';
import { rootPaths } from '../engine/base/root-paths.ts';
import { embeddedCapabilities } from '../engine/targets/embedded/capabilities.ts';
import { machineCapabilities } from '../engine/targets/docker-engine/capabilities.ts';
import { systemCapabilities } from '../engine/targets/system/capabilities.ts';
import type { Target } from '../engine/target.ts';
import { noPolicyFacts, type PolicyFacts } from '../shared/enforcement/policy-facts.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import type { SettingsState } from '../shared/ipc/app-state.ts';
import type { PreferenceState } from '../shared/settings/preferences.ts';
import type { TargetCapabilities } from '../shared/targets/capabilities.ts';
import { explainedSettings, type SettingsChoice } from './explain-settings.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true}}';
const lockedDown: PolicyFacts = {
  ...noPolicyFacts,
  recorded: {
    gateway: { pid: 1, started: '1', boot: 'b' },
    at: '2026-11-28T09:00:00Z',
    hash: null,
    eci: true,
    locked: true,
    preferredOff: false,
    mode: 'enforce',
    backend: 'auto',
    problem: { kind: 'unusable', text: 'x' },
  },
};

/** How explain decides on a running engine with `text` in its settings file. */
async function decide(
  capabilities: TargetCapabilities,
  text: string,
  {
    gatewayUp = true,
    phase = 'ready',
    policyFacts = noPolicyFacts,
    preference = null,
  }: {
    gatewayUp?: boolean;
    phase?: EngineStatus['phase'];
    policyFacts?: PolicyFacts;
    preference?: SettingsState['preference'];
  } = {},
  choice: SettingsChoice = {},
) {
  const state: Partial<SettingsState> = {
    applied: text,
    draft: on,
    appliedHash: text,
    appliedVersion: 1,
    exists: text !== '',
    readError: null,
    preference,
    policyFacts,
  };
  const target = {
    capabilities,
    paths: rootPaths('/nowhere'),
    settings: { read: () => Promise.resolve(state) },
  } as unknown as Target; // the parts that are read
  const engine = { phase, gatewayUp } as EngineStatus; // likewise
  const decided = await explainedSettings(target, engine, choice);
  return decided.ok
    ? { eci: decided.value.settings.eci.value, remarks: decided.value.remarks.map(({ text }) => text) }
    : decided.error.code;
}

describe('explain decides', () => {
  it('by the settings file that a gateway enforces', async () => {
    expect(await decide(embeddedCapabilities, on)).toEqual({ eci: true, remarks: [] });
  });

  it.each([
    ['of the machine', machineCapabilities],
    ['of the machine without its gateway', systemCapabilities],
  ])('by no settings on the engine %s, whatever stands in the file', async (_, capabilities) => {
    const remark = 'Nothing enforces the settings on this engine: every request reaches it unchecked.';
    expect(await decide(capabilities, on, { gatewayUp: false })).toEqual({ eci: false, remarks: [remark] });
  });

  it('by the given settings as a gateway would, and notes that no gateway runs', async () => {
    expect(await decide(machineCapabilities, '', { gatewayUp: false }, { draft: true })).toEqual({
      eci: true,
      remarks: [expect.stringContaining('what a gateway in front of it would decide')],
    });
  });

  it('by the policy in force if the file cannot be used, and names it', async () => {
    const decided = await decide(embeddedCapabilities, 'garbage', { policyFacts: lockedDown });
    expect(decided).toMatchObject({
      eci: true,
      remarks: expect.arrayContaining([
        'The gateway is locked down: it enforces the strictest policy.',
      ]) as unknown,
    });
  });

  it('nothing if the file cannot be used and the policy in force is unknown', async () => {
    expect(await decide(embeddedCapabilities, 'garbage')).toBe('settings.syntax');
  });

  describe('without a settings file that was in force, while no gateway runs,', () => {
    const stopped = (policyFacts: Partial<PolicyFacts>) =>
      decide(embeddedCapabilities, '', {
        gatewayUp: false,
        phase: 'stopped',
        policyFacts: { ...noPolicyFacts, isMissing: true, ...policyFacts },
      });

    it.each(['stored', 'locked-down'] as const)('as the next start does: %s', async (startWithoutFile) => {
      expect(await stopped({ startWithoutFile, lastRecorded: lockedDown.recorded })).toMatchObject({
        eci: true,
        remarks: expect.arrayContaining(['The settings file was deleted']) as unknown,
      });
    });

    it('not at all if nothing shows what the next start enforces', async () => {
      expect(await stopped({ startWithoutFile: 'unknown' })).toBe('settings.unreadable');
    });

    it('by no settings if the next start has none', async () => {
      expect(await stopped({ startWithoutFile: 'default' })).toMatchObject({ eci: false });
    });
  });

  it('nothing if the file was deleted and the running gateway has recorded nothing', async () => {
    const policyFacts: PolicyFacts = { ...noPolicyFacts, isMissing: true, startWithoutFile: 'stored' };
    expect(await decide(embeddedCapabilities, '', { policyFacts })).toBe('settings.unreadable');
  });

  describe('without the preferences of users, and names', () => {
    const preference: PreferenceState = {
      by: 'sam',
      eci: false,
      blockDockerLoad: true,
      outcomes: { eci: 'in-force', blockDockerLoad: 'in-force' },
      problem: null,
      writable: true,
    };
    const off = 'Not counted: the preference of sam turns isolation off, so no rule is enforced.';
    const load = 'Not counted: the preference of sam decides about docker load.';

    it('the preferences in force', async () => {
      expect(await decide(embeddedCapabilities, on, { preference })).toEqual({
        eci: true,
        remarks: [off, load],
      });
    });

    it('none that the given settings lock', async () => {
      const locked = on.replace('true', 'true, "locked": true');
      expect(await decide(embeddedCapabilities, locked, { preference })).toMatchObject({
        remarks: [load],
      });
    });

    it('a user whose name is not known', async () => {
      const { remarks } = await remarksOf({ ...preference, by: null, blockDockerLoad: null });
      expect(remarks).toEqual([off.replace('sam', 'a user')]);
    });

    const remarksOf = async (some: PreferenceState) => {
      const decided = await decide(embeddedCapabilities, on, { preference: some });
      if (typeof decided === 'string') throw new Error(decided);
      return decided;
    };
  });
});
