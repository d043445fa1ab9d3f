import { fixedSeed } from './random-seed.ts';

// Set-up of every test file: property tests (fast-check) start from the given seed. Without one fast-check
// takes a new seed for each property, and prints it with the counterexample; it is loaded only where needed.
const seed = fixedSeed();
if (seed !== undefined) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed });
}
