import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixedLimits, maxSlowness, unscaledLimits, usualLimits } from './time-limits.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The number after a name in a file, as in `NAME = 1`, `#define NAME 1`, `Name=1`. */
function valueIn(file: string, name: string): number {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = new RegExp(`\\b${name}(?: = |=| )(\\d+)\\b`).exec(text)?.[1];
  if (found === undefined) throw new Error(`${file} has no ${name}`);
  return Number(found);
}

describe('time limits of those that cannot measure', () => {
  it.each([
    ['runtime/planner-client.c', 'ANSWER_SECONDS', fixedLimits.plannerReply / 1000],
    ['runtime/planner-client.c', 'WAIT_MS', fixedLimits.plannerListening],
    ['runtime/probe-operations.c', 'OPERATION_SECONDS', fixedLimits.probeOperation / 1000],
    ['packaging/systemd/bulkhead-verify.service', 'TimeoutStartSec', fixedLimits.verifyService / 1000],
    ['packaging/systemd/bulkhead-verify-due.service', 'TimeoutStartSec', fixedLimits.verifyService / 1000],
  ])('%s: %s is the value of the list', (file, name, value) => {
    expect(valueIn(file, name)).toBe(value);
  });

  it('a runtime waits longer than the slowest planner works on its request', () => {
    const { plannerScan, accessCheck } = usualLimits;
    // The clean-up of an earlier container of the same id that is in progress, and one more.
    const mountPlans = 2 * unscaledLimits.mountPlan;
    expect(fixedLimits.plannerReply).toBeGreaterThan(maxSlowness * (plannerScan + accessCheck) + mountPlans);
  });

  it('systemd ends a start that hangs before the installation gives it up, and says why', () => {
    const stopByDefault = 90_000;
    expect(usualLimits.serviceJob).toBeGreaterThan(fixedLimits.serviceStart + stopByDefault);
  });

  it('processes that must be killed are, before `engine stop` and systemd give up', () => {
    const { engineStart, engineStop, supervisorStop } = usualLimits;
    // Gateway, containerd and planner, with dockerd.
    const all = 3 * unscaledLimits.processEnd + engineStop;
    expect(all).toBeLessThan(engineStart);
    expect(all).toBeLessThan(supervisorStop);
  });

  it('a gateway has ended its exchanges before systemd kills it', () => {
    expect(fixedLimits.gatewayDrain).toBeLessThan(fixedLimits.gatewayStop);
  });

  it('lxcfs on the slowest machine has the time of one that its supervisor watches', () => {
    expect(fixedLimits.lxcfsResponse).toBeGreaterThanOrEqual(maxSlowness * usualLimits.lxcfsResponse);
  });

  it('the socket of a probe gives up before the probe does', () => {
    expect(usualLimits.probeSocket).toBeLessThan(usualLimits.probe);
  });

  it('a verification of the slowest machine ends before systemd kills it', () => {
    expect(fixedLimits.verifyService).toBeGreaterThan(maxSlowness * usualLimits.probe);
  });
});
