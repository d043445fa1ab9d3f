import { describe, expect, it } from 'vitest';
import { effectiveSettings, lockedDownSettings, type EffectiveSettings } from './effective.ts';
import { leavesAnything, parsePreferences, describePreferences, withPreferences } from './preferences.ts';

const settings = (text: unknown): EffectiveSettings => {
  const read = effectiveSettings(JSON.stringify(text));
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
};
const on = (locked: boolean) =>
  settings({
    enhancedContainerIsolation: {
      value: true,
      locked,
      dockerSocketMount: { imageList: { images: ['docker:cli'] } },
    },
    blockDockerLoad: { value: true, locked },
  });

describe("a user's own preference under an unlocked default", () => {
  it('turns isolation off and allows docker load, and nothing else', () => {
    const admin = on(false);
    const { settings: inForce, outcomes } = withPreferences(admin, {
      version: 1,
      by: 'sam',
      eci: false,
      blockDockerLoad: false,
    });
    expect(outcomes).toEqual({ eci: 'in-force', blockDockerLoad: 'in-force' });
    expect(inForce).toEqual({
      ...admin,
      eci: { value: false, locked: false },
      blockDockerLoad: { value: false, locked: false },
    });
    expect(describePreferences({ version: 1, by: 'sam', eci: false, blockDockerLoad: false }, outcomes)).toBe(
      'sam: enhanced container isolation off, docker load allowed',
    );
  });

  it('is ignored if the setting is locked, also if only one is', () => {
    const admin = on(true);
    expect(withPreferences(admin, { version: 1, eci: false, blockDockerLoad: false })).toEqual({
      settings: admin,
      outcomes: { eci: 'locked', blockDockerLoad: 'locked' },
    });
    const half = settings({
      enhancedContainerIsolation: { value: true, locked: true },
      blockDockerLoad: { value: true },
    });
    expect(withPreferences(half, { version: 1, eci: false, blockDockerLoad: false }).settings).toMatchObject({
      eci: { value: true, locked: true },
      blockDockerLoad: { value: false },
    });
  });

  it('never ends a lock-down, and never turns isolation on without the administrator', () => {
    expect(
      withPreferences(lockedDownSettings, { version: 1, eci: false, blockDockerLoad: false }).settings,
    ).toEqual(lockedDownSettings);
    expect(withPreferences(settings({}), { version: 1, eci: true }).outcomes.eci).toBe('needs-restart');
    expect(withPreferences(settings({}), { version: 1, eci: true }).settings.eci.value).toBe(false);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['another version', '{"version":2,"eci":false}'],
    ['no version', '{"eci":false}'],
    ['another key', '{"version":1,"eci":false,"socket":{"images":["*"]}}'],
    ['a prototype', '{"version":1,"__proto__":{"eci":false}}'],
    ['a wrong type', '{"version":1,"eci":0}'],
    ['a name that is none', '{"version":1,"by":"root\\nok: all fine","eci":false}'],
    ['too much', `{"version":1,"eci":false${' '.repeat(5000)}}`],
  ])('is none when the file holds %s', (_what, text) => {
    const read = parsePreferences(text);
    expect(read?.eci).toBeUndefined();
  });

  it('is possible only while some setting is unlocked', () => {
    expect(
      [on(true), on(false), settings({ enhancedContainerIsolation: { value: true, locked: true } })].map(
        leavesAnything,
      ),
    ).toEqual([false, true, true]);
  });
});
