import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixedSeed, randomContent, runSeed, seededRandom, testSeed } from './random-seed.ts';

const take = (next: () => number) => Array.from({ length: 5 }, next);

describe('seeds of random tests', () => {
  it('uses the given seed, and refuses an invalid one', () => {
    expect(fixedSeed({ BULKHEAD_TEST_SEED: '0' })).toBe(0);
    expect(fixedSeed({ BULKHEAD_TEST_SEED: '2147483647' })).toBe(2_147_483_647);
    expect(fixedSeed({ BULKHEAD_TEST_SEED: '' })).toBeUndefined();
    expect(fixedSeed({})).toBeUndefined();
    for (const text of ['-1', '1.5', '2147483648', 'x', ' 1'])
      expect(() => fixedSeed({ BULKHEAD_TEST_SEED: text })).toThrow(text);
  });

  it('repeats a sequence from its seed', () => {
    expect(take(seededRandom(7))).toEqual(take(seededRandom(7)));
    expect(take(seededRandom(7))).not.toEqual(take(seededRandom(8)));
    for (const number of take(seededRandom(7))) expect(number >= 0 && number < 1).toBe(true);
  });

  it('repeats bytes from its seed, of any length', () => {
    for (const length of [0, 1, 5, 4096]) {
      const content = randomContent(seededRandom(7), length);
      expect(content).toHaveLength(length);
      expect(content.equals(randomContent(seededRandom(7), length))).toBe(true);
    }
    const random = seededRandom(7);
    const first = randomContent(random, 4096);
    expect(randomContent(random, 4096).equals(first)).toBe(false);
    expect(deflateSync(first).length).toBeGreaterThan(4096);
  });
});

it('every run has one, of which property tests have the same', () => {
  const seed = fixedSeed();
  expect(seed).toBeTypeOf('number');
  expect(runSeed()).toBe(seed);
  expect(testSeed()).toBe(seed);
  expect(fc.readConfigureGlobal()).toMatchObject({ seed });
});

describe('with a seed given', () => {
  let before: ReturnType<typeof fc.readConfigureGlobal>;
  beforeEach(() => {
    before = fc.readConfigureGlobal();
    vi.stubEnv('BULKHEAD_TEST_SEED', '4711');
    vi.resetModules();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    // Other files of this process have the run's.
    fc.configureGlobal(before ?? {});
  });

  it('passes it to tests', () => {
    expect(testSeed()).toBe(4711);
  });

  it('passes it to every property, whose failure prints it', async () => {
    await import('./property-seed.ts');
    const failing = () => {
      fc.assert(fc.property(fc.nat(), () => false));
    };
    expect(failing).toThrow('seed: 4711');
  });
});
