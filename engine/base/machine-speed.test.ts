import { describe, expect, it } from 'vitest';
import { expectSlowness, scaledLimit, slownessOf } from './machine-speed.ts';

describe('time limits on a slow machine', () => {
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
