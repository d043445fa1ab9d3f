import { execFile } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { expectSlowness, scaledLimit, slownessOf } from './machine-speed.ts';

vi.mock('node:child_process', { spy: true });

describe('time limits on a slow machine', () => {
  // First: a measurement that succeeds is kept.
  it('are as usual while no program can be started, and measured again after that', async () => {
    vi.mocked(execFile).mockImplementationOnce(() => {
      throw new Error('spawn ENOMEM');
    });
    expect(await scaledLimit(1000)).toBe(1000);
    expect(execFile).toHaveBeenCalledOnce();
    await scaledLimit(1000);
    expect(vi.mocked(execFile).mock.calls.length).toBeGreaterThan(1);
  });
  it('are longer in proportion to its slowness, up to twenty times', () => {
    expect(slownessOf([30, 33, 900])).toBe(11);
    expect(slownessOf([5000, 5000, 5000])).toBe(20);
  });
  it('are never shorter than usual', async () => {
    expect(slownessOf([0.5, 0.5, 0.5])).toBe(1);
    expect(slownessOf([])).toBe(1);
    expect(await scaledLimit(1000)).toBeGreaterThanOrEqual(1000);
  });
  it('are longer by the factor that the user allows, whatever was measured', async () => {
    expectSlowness(33);
    expect(await scaledLimit(1000)).toBe(33_000);
    expectSlowness(0.1);
    expect(await scaledLimit(1000)).toBeGreaterThanOrEqual(1000);
  });
});
