import { createRequire } from 'node:module';
import { cachedRequire } from './cached-require.ts';

// The entry point of the bundle (commandLineBundle in scripts/bundle.mjs): runs main.ts from its files.
cachedRequire(createRequire(import.meta.url), import.meta.dirname)('./program.cjs');
