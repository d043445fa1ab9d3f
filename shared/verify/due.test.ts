import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimIds, verificationMaxAgeMs, type Verification } from './claims.ts';
import { verificationRenewalMs, whyNotDue, type DueFacts } from './due.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const hours = 3600_000;
const verified = (more: Partial<Verification> & { readonly age?: number } = {}): Verification => ({
  at: new Date(now - (more.age ?? hours)).toISOString(),
  durationMs: 1,
  eci: true,
  kernel: '6.12.0',
  claims: claimIds.map((id) => ({ id, verdict: 'pass', evidence: '' })),
  ...more,
});
const on: DueFacts['enforcement'] = {
  by: 'gateway',
  now: { eci: true, audit: false },
  nextStart: { eci: true },
};
const off: DueFacts['enforcement'] = {
  by: 'gateway',
  now: { eci: false, audit: false },
  nextStart: { eci: false },
};
const why = (more: Partial<DueFacts>) =>
  whyNotDue({
    engine: { phase: 'ready', kernel: '6.12.0' },
    enforcement: on,
    verification: verified(),
    now,
    ...more,
  });

/** The gateway does not run. */
const dead: DueFacts['enforcement'] = { ...off, by: 'nothing', nextStart: { eci: true } };

describe('a verification is due', () => {
  it.each<[string, Partial<DueFacts>]>([
    ['on another kernel', { engine: { phase: 'ready', kernel: '6.12.1' } }],
    [
      'under other settings',
      {
        enforcement: { ...on, now: { ...on.now, hash: 'changed' } },
        verification: verified({ settingsHash: 'earlier' }),
      },
    ],
    [
      'if steps of builds would run with another runtime: it fails',
      { enforcement: { ...on, otherRuntime: 'runc' } },
    ],
    ['after 20 hours', { verification: verified({ age: 20 * hours }) }],
    ['if the last one is from the future', { verification: verified({ age: -1 }) }],
    ['if there was none', { verification: null }],
    ['if the last one was with ECI off', { verification: verified({ eci: false }) }],
    ['if the last one lacks claims', { verification: verified({ claims: [] }) }],
    [
      'if a claim failed',
      { verification: verified({ claims: claimIds.map((id) => ({ id, verdict: 'fail', evidence: '' })) }) },
    ],
    ['on a kernel that is not known', { engine: { phase: 'ready', kernel: null } }],
    [
      'if the engine does not say on which kernel it runs: it fails',
      { engine: { phase: 'unreachable', kernel: null } },
    ],
    ['while the engine starts', { engine: { phase: 'starting', kernel: null } }],
    ['if nothing enforces the settings, by which ECI is on: it fails', { enforcement: dead }],
    [
      'if the engine does not respond: it fails',
      { engine: { phase: 'unreachable', kernel: null }, verification: null },
    ],
  ])('%s', (_when, more) => {
    expect(why(more)).toBeNull();
  });

  it('if the last one, of an earlier version, does not name its kernel', () => {
    const { kernel: _kernel, ...unknown } = verified();
    expect(why({ verification: unknown })).toBeNull();
  });
});

describe('none is due', () => {
  it.each<[ReturnType<typeof why>, Partial<DueFacts>]>([
    ['holds', {}],
    ['engine-stopped', { engine: { phase: 'stopped', kernel: null }, verification: null }],
    ['engine-stopped', { engine: { phase: 'failed', kernel: null }, verification: null }],
    ['eci-off', { enforcement: off, verification: null }],
    ['eci-off', { enforcement: { ...off, by: 'nothing' }, verification: null }],
    // By a preference, or until the engine's next start.
    ['eci-off', { enforcement: { ...off, nextStart: { eci: true } }, verification: null }],
    ['audit-mode', { enforcement: { ...on, now: { eci: true, audit: true } }, verification: null }],
  ])('%s', (reason, more) => {
    expect(why(more)).toBe(reason);
  });
});

it('the timer looks often enough for a verification to be renewed before it is outdated', () => {
  const file = path.resolve(import.meta.dirname, '../../packaging/systemd/bulkhead-verify.timer');
  const timer = readFileSync(file, 'utf8');
  const number = (pattern: RegExp): number => Number(pattern.exec(timer)?.[1]);
  const interval = number(/^OnCalendar=\*-\*-\* 00\/(\d+):00:00$/m) * hours;
  const delay = number(/^RandomizedDelaySec=(\d+)min$/m) * 60_000;
  expect(verificationRenewalMs + interval + delay).toBeLessThan(verificationMaxAgeMs);
});

describe('a slow verification that fails', () => {
  const numbersOf = (name: string) => {
    const unit = readFileSync(path.resolve(import.meta.dirname, '../../packaging/systemd', name), 'utf8');
    return (setting: string): number => Number(new RegExp(`^${setting}=(\\d+)$`, 'm').exec(unit)?.[1]);
  };
  it.each(['bulkhead-verify.service', 'bulkhead-verify-due.service'])('by %s ends', (name) => {
    const number = numbersOf(name);
    const attempt = number('TimeoutStartSec') + number('RestartSec');
    expect(number('StartLimitIntervalSec')).toBeGreaterThan(number('StartLimitBurst') * attempt);
  });
  it('by the timer does not count at its next start', () => {
    expect(numbersOf('bulkhead-verify-due.service')('StartLimitIntervalSec')).toBeLessThan(3 * 3600);
  });
});
