import { onTestFailed } from 'vitest';

const variable = 'BULKHEAD_TEST_SEED';

/**
 * The seed in BULKHEAD_TEST_SEED (an integer from 0 to 2³¹ - 1), undefined if unset. Throws for anything
 * else.
 */
export function fixedSeed(environment: Readonly<Record<string, string | undefined>> = process.env) {
  const text = environment[variable] ?? '';
  if (text === '') return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0x7fff_ffff)
    throw new Error(`${variable} takes an integer from 0 to ${0x7fff_ffff}, not "${text}".`);
  return seed;
}

/** The run's seed, which vitest.config.ts sets and prints: for data that several tests of a file share. */
export function runSeed(): number {
  const seed = fixedSeed();
  if (seed === undefined) throw new Error(`${variable} is not set: vitest.config.ts sets it`);
  return seed;
}

/**
 * The seed of the running test: the run's. It is printed again when the test fails, for whatever reason. Call
 * it inside of a test, or in a `beforeEach` where the data is made outside of tests.
 */
export function testSeed(): number {
  const seed = runSeed();
  onTestFailed(({ task }) => {
    console.error(`${task.name}: ${variable}=${seed} repeats it`);
  });
  return seed;
}

/** Numbers in [0, 1), repeatable by a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Bytes that `random` determines, and that do not compress. Some 20 MB take a tenth of a second. */
export function randomContent(random: () => number, length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) words[i] = random() * 4_294_967_296;
  return Buffer.from(words.buffer, 0, length);
}
