import { describe, expect, it } from 'vitest';
import { desktopCapabilities } from '../../engine/targets/docker-desktop/capabilities.ts';
import { embeddedCapabilities } from '../../engine/targets/embedded/capabilities.ts';
import { machineCapabilities } from '../../engine/targets/docker-engine/capabilities.ts';
import { systemCapabilities } from '../../engine/targets/system/capabilities.ts';
import { accessDenied, notText } from '../result.ts';
import { effectiveSettings } from '../settings/index.ts';
import { enforcementAlarm, enforcementHeadline } from './describe.ts';
import { enforcementOf, hasGap, isVerificationCurrent, type EnforcementFacts } from './enforcement.ts';
import { noPolicyFacts, type PolicyFacts } from './policy-facts.ts';
import { recordedPolicy } from './recorded-policy-fixture.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"locked": true, "value": true}}';
/** A gateway that enforces version 7, and the current settings file. */
function facts(
  text: string | null,
  policyFacts: Partial<PolicyFacts> = {},
  more: Partial<EnforcementFacts> = {},
): EnforcementFacts {
  const exists = text !== null;
  return {
    capabilities: embeddedCapabilities,
    engine: { phase: 'ready', gatewayUp: true },
    applied: effectiveSettings(text ?? '', { exists }),
    ...more,
    settings: {
      exists,
      appliedHash: text === on ? 'seven' : (text ?? ''),
      appliedVersion: text === on ? 7 : 8,
      appliedBy: { user: 'sam' },
      readError: null,
      preference: null,
      policyFacts: {
        ...noPolicyFacts,
        recorded: recordedPolicy(),
        lastRecorded: policyFacts.recorded ?? recordedPolicy(),
        recordedVersion: 7,
        ...policyFacts,
      },
      ...more.settings,
    },
  };
}
const texts = (of: EnforcementFacts) => {
  const enforcement = enforcementOf(of);
  const alarm = enforcementAlarm(enforcement);
  return [
    enforcementHeadline(enforcement, null)?.text,
    ...(alarm === null ? [] : [alarm.title, ...alarm.details].map(({ text }) => text)),
  ];
};

describe('settings in force that another program wrote', () => {
  const settings = { ...facts(on).settings, appliedBy: null, appliedHash: 'hash' };
  const policyFacts = { ...settings.policyFacts, recorded: recordedPolicy({ hash: 'hash' }) };
  const changed = enforcementOf(facts(on, {}, { settings: { ...settings, policyFacts } }));

  it('are known as such', () => {
    expect(changed).toMatchObject({ changedOutside: true, difference: null, now: { source: 'applied' } });
    expect(enforcementOf(facts(on)).changedOutside).toBe(false);
  });
  it('are not verified by a verification under other settings', () => {
    expect(enforcementHeadline(changed, { settingsHash: 'seven' })?.text).toBe(
      'On, but not verified: the settings in force were changed outside Bulkhead',
    );
    expect(isVerificationCurrent(changed, { settingsHash: 'seven' })).toBe(false);
    for (const settingsHash of ['hash', undefined]) {
      const verification = settingsHash === undefined ? {} : { settingsHash };
      expect(enforcementHeadline(changed, verification)).toBeNull();
      expect(isVerificationCurrent(changed, verification)).toBe(true);
    }
  });
});

describe('a default runtime of the engine that isolates nothing', () => {
  const under = (defaultRuntime: string | null, more: Partial<EnforcementFacts> = {}) =>
    enforcementOf(facts(on, {}, { ...more, engine: { phase: 'ready', gatewayUp: true, defaultRuntime } }));
  const verification = { settingsHash: 'seven' };

  it('is named while a gateway enforces ECI, which refuses the classic builder with it', () => {
    const enforcement = under('runc');
    expect(enforcement.otherRuntime).toBe('runc');
    expect(enforcementHeadline(enforcement, verification)?.text).toBe(
      'On, but classic builds are denied: the default runtime, runc, would not isolate them',
    );
    expect(hasGap(enforcement)).toBe(true);
  });

  it('is none if it isolates, is not known, or nothing is enforced by a gateway', () => {
    const off = on.replace('true, "value": true', 'false, "value": false');
    for (const fine of [
      under('bulkhead'),
      under('sysbox-runc'),
      under(null),
      enforcementOf(facts(on)),
      under('runc', { capabilities: desktopCapabilities }),
      enforcementOf(
        facts(
          off,
          { recorded: null },
          { engine: { phase: 'ready', gatewayUp: true, defaultRuntime: 'runc' } },
        ),
      ),
    ])
      expect(fine).not.toHaveProperty('otherRuntime');
    expect(hasGap(under('bulkhead'))).toBe(false);
  });
});

describe('an engine that clients reach past its gateway', () => {
  const bypassed = { phase: 'ready', gatewayUp: true, isBypassed: true } as const;

  it('is not called protected, whatever a verification has shown', () => {
    const enforcement = enforcementOf(facts(on, {}, { engine: bypassed }));
    expect(enforcement.isBypassed).toBe(true);
    expect(enforcementHeadline(enforcement, { settingsHash: 'seven' })?.text).toBe(
      'On, but clients can reach the engine past the gateway',
    );
    expect(hasGap(enforcement)).toBe(true);
  });

  it('has nothing to be bypassed without a gateway, or with ECI off', () => {
    const off = on.replace('true, "value": true', 'false, "value": false');
    for (const none of [
      facts(on, {}, { engine: bypassed, capabilities: desktopCapabilities }),
      facts(off, { recorded: null }, { engine: bypassed }),
    ])
      expect(enforcementOf(none)).not.toHaveProperty('isBypassed');
  });
});

describe('what is in force', () => {
  it('is the settings file, if the gateway has recorded its text', () => {
    const enforcement = enforcementOf(facts(on));
    expect(enforcement).toMatchObject({
      by: 'gateway',
      now: { source: 'applied', version: 7, eci: true, locked: true },
      nextStart: { source: 'applied', eci: true },
      difference: null,
      restorableVersion: null,
    });
    expect(texts(facts(on))).toEqual([undefined]);
  });

  it('is the last policy when the file was deleted, also after the next start', () => {
    const deleted = facts(null, { isMissing: true, startWithoutFile: 'stored', restorable: 7 });
    expect(enforcementOf(deleted)).toMatchObject({
      now: { source: 'retained', version: 7, hash: 'seven', eci: true, locked: true },
      nextStart: { source: 'retained', version: 7, hash: 'seven', eci: true, locked: true },
      difference: 'deleted',
      restorableVersion: 7,
    });
    expect(texts(deleted)).toEqual([
      'Still on, from version 7: the settings file was deleted',
      'The settings file was deleted',
      'The gateway keeps enforcing version 7, with ECI on.',
      'A restart does not change that.',
    ]);
  });

  it('is locked down from the next start on if the text could not be stored', () => {
    const unstored = facts(null, { isMissing: true, startWithoutFile: 'locked-down', restorable: 7 });
    expect(enforcementOf(unstored)).toMatchObject({
      now: { source: 'retained', version: 7 },
      nextStart: { source: 'locked-down', eci: true },
    });
    expect(texts(unstored).at(-1)).toBe(
      'The next start locks down: the strictest policy holds until there is a settings file again.',
    );
  });

  it('is the strictest policy if the text was not known at the start', () => {
    const lockedDown = facts(null, {
      recorded: recordedPolicy({ hash: null, problem: { kind: 'deleted', text: 'x' } }),
      recordedVersion: null,
      isMissing: true,
      startWithoutFile: 'locked-down',
    });
    expect(texts(lockedDown).slice(0, 3)).toEqual([
      'Locked down: the settings file was deleted',
      'The settings file was deleted',
      'The gateway is locked down: it enforces the strictest policy.',
    ]);
  });

  it('is not known for the next start if nothing shows what is stored', () => {
    const hidden = facts(null, { isMissing: true, startWithoutFile: 'unknown' });
    expect(enforcementOf(hidden).nextStart).toMatchObject({ source: 'unknown', eci: true });
  });

  it('is the last policy if the file is invalid; the next start locks down', () => {
    const garbage = facts('garbage', { restorable: 7 });
    expect(enforcementOf(garbage)).toMatchObject({
      now: { source: 'retained', version: 7 },
      nextStart: { source: 'locked-down', eci: true },
      difference: 'unusable',
      restorableVersion: 7,
    });
    expect(texts(garbage)[0]).toBe('Still on, from version 7: the settings file cannot be used');
  });

  it('is not restored over a file that cannot be read: it is repaired or moved first', () => {
    const settings = facts('garbage', { restorable: 7 }).settings;
    const error = { code: 'settings.unreadable' as const, message: 'a directory' };
    const unreadable = facts('garbage', {}, { settings: { ...settings, readError: error } });
    expect(enforcementOf(unreadable).restorableVersion).toBeNull();
    expect(texts(unreadable).at(-1)).toBe(
      'Repair the file, or move it away and restore a version of the history.',
    );
  });

  it('is restored over bytes that are not text, since history keeps them', () => {
    const settings = facts('garbage', { restorable: 7 }).settings;
    const error = { code: 'settings.unreadable' as const, message: 'no UTF-8', params: { ...notText } };
    const unreadable = facts('garbage', {}, { settings: { ...settings, readError: error } });
    expect(enforcementOf(unreadable).restorableVersion).toBe(7);
  });

  it('is no alarm, and not known, where this user may not read the file', () => {
    const denied = { code: 'settings.unreadable' as const, message: 'no', params: { ...accessDenied } };
    const settings = { ...facts('').settings, exists: true, readError: denied };
    const applied = effectiveSettings('', { exists: true });
    const running = facts(null, {}, { settings, applied });
    expect(enforcementOf(running)).toMatchObject({
      now: { source: 'retained', version: 7, eci: true },
      nextStart: { source: 'unknown' },
      difference: 'unread',
    });
    expect(texts(running)).toEqual([undefined]);
    const policyFacts = { ...settings.policyFacts, recorded: null, recordedVersion: null };
    const silent = facts(null, {}, { settings: { ...settings, policyFacts }, applied });
    expect(enforcementOf(silent)).toMatchObject({ now: { source: 'unknown' }, difference: 'unread' });
    // A verification from before says nothing about a policy that is not known.
    expect(isVerificationCurrent(enforcementOf(silent), null)).toBe(false);
    expect(isVerificationCurrent(enforcementOf(running), null)).toBe(true);
    // Only the draft may not be read.
    const draft = facts(on, { recorded: null }, { settings: { ...facts(on).settings, readError: denied } });
    expect(enforcementOf(draft).difference).toBeNull();
  });

  it('is an alarm where this user may not read the file, but the gateway found it unusable', () => {
    const denied = { code: 'settings.unreadable' as const, message: 'no', params: { ...accessDenied } };
    const settings = { ...facts('').settings, exists: true, readError: denied };
    const recorded = recordedPolicy({ problem: { kind: 'unusable', text: 'broken' } });
    const broken = facts(
      null,
      {},
      {
        settings: { ...settings, policyFacts: { ...settings.policyFacts, recorded } },
        applied: effectiveSettings('', { exists: true }),
      },
    );
    expect(enforcementOf(broken).difference).toBe('unusable');
  });

  it('is the strictest policy if the gateway started with an invalid file', () => {
    const lockedDown = facts('garbage', {
      recorded: recordedPolicy({ hash: null, problem: { kind: 'unusable', text: 'x' } }),
      recordedVersion: null,
      restorable: 7,
    });
    expect(enforcementOf(lockedDown).now).toMatchObject({ source: 'locked-down', eci: true });
    expect(texts(lockedDown).slice(0, 3)).toEqual([
      'Locked down: the settings file cannot be used',
      'The settings file cannot be used',
      'The gateway is locked down: it enforces the strictest policy.',
    ]);
  });

  it('is nothing if the gateway started after the file was deleted', () => {
    const restarted = facts(null, {
      recorded: recordedPolicy({ hash: '', eci: false, locked: false }),
      recordedVersion: null,
      isMissing: true,
      restorable: 7,
    });
    expect(enforcementOf(restarted)).toMatchObject({
      now: { source: 'none', eci: false },
      difference: 'deleted',
      restorableVersion: 7,
    });
    expect(texts(restarted)).toEqual([
      'Off: the settings file was deleted',
      'The settings file was deleted',
      'The gateway started without settings: ECI is off.',
      'The next start leaves it off.',
    ]);
  });

  it('is unknown if the file is lost and no gateway has recorded a policy', () => {
    const silent = facts(null, { recorded: null, recordedVersion: null, isMissing: true });
    expect(enforcementOf(silent).now).toMatchObject({ source: 'unknown', eci: true });
    const unusable = facts('garbage', { recorded: null, recordedVersion: null });
    expect(texts(unusable)[0]).toBe('Not known what is enforced: the settings file cannot be used');
  });

  it('is what the gateway has recorded until it has read a file that has just changed', () => {
    const changed = enforcementOf(facts('{"configurationFileVersion": 2}'));
    expect(changed).toMatchObject({
      now: { source: 'retained', version: 7, eci: true },
      nextStart: { source: 'applied', eci: false },
      difference: 'pending',
      restorableVersion: null,
    });
    expect(enforcementAlarm(changed)).toBeNull();
  });

  it('is the administrator’s policy without a preference that turned it off', () => {
    const preferred = enforcementOf(
      facts(on, { recorded: recordedPolicy({ eci: false, preferredOff: true }) }),
    );
    expect(preferred.now).toMatchObject({ eci: false, preferredOff: '' });
  });
});

describe('nothing is in force', () => {
  it.each([
    ['of the machine, whatever stands in its settings file', machineCapabilities, true],
    ['of the machine, whose gateway is not installed', systemCapabilities, false],
  ])('on the engine %s', (_, capabilities, gatewayUp) => {
    const bare = facts(on, { recorded: null }, { capabilities, engine: { phase: 'ready', gatewayUp } });
    expect(enforcementOf(bare)).toMatchObject({ by: 'nothing', now: { source: 'none', eci: false } });
    expect(texts(bare)).toEqual(['Off: nothing enforces the settings on this engine']);
  });

  it('while the engine is stopped; its next start follows the file', () => {
    const stopped = facts(on, { recorded: null }, { engine: { phase: 'stopped', gatewayUp: false } });
    expect(enforcementOf(stopped)).toMatchObject({
      by: 'nothing',
      now: { source: 'none', eci: false },
      nextStart: { source: 'applied', version: 7, eci: true },
    });
  });

  it('while the engine is stopped; its next start enforces what was, if the file was deleted', () => {
    const stopped = facts(
      null,
      { recorded: null, isMissing: true, startWithoutFile: 'stored' },
      { engine: { phase: 'stopped', gatewayUp: false } },
    );
    expect(enforcementOf(stopped)).toMatchObject({
      by: 'nothing',
      now: { source: 'none', eci: false },
      nextStart: { source: 'retained', version: 7, eci: true },
    });
    expect(texts(stopped).slice(1)).toEqual([
      'The settings file was deleted',
      'Nothing is enforced now: no gateway runs.',
      'The next start enforces version 7, with ECI on.',
    ]);
    const { settings } = stopped;
    const policyFacts = { ...settings.policyFacts, recordedVersion: null };
    expect(texts({ ...stopped, settings: { ...settings, policyFacts } }).at(-1)).toBe(
      'The next start enforces earlier settings with ECI on; history does not have them.',
    );
  });
});

it('Docker Desktop enforces its file by itself; which policy is unknown once the file is lost', () => {
  const of = (text: string | null, isMissing = false) =>
    enforcementOf(facts(text, { recorded: null, isMissing }, { capabilities: desktopCapabilities }));
  expect(of(on)).toMatchObject({ by: 'product', now: { source: 'applied', eci: true }, difference: null });
  expect(of(null, true)).toMatchObject({ now: { source: 'unknown', eci: true }, nextStart: { eci: false } });
});
