import { configureGlobal } from 'fast-check';
import { fixedSeed } from './random-seed.ts';

// Set-up of every test file: property tests (fast-check) start from the run's seed (vitest.config.ts).
// Loading fast-check takes 30 ms.
const seed = fixedSeed();
if (seed !== undefined) configureGlobal({ seed });
