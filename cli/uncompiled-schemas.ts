import * as z from 'zod';

// zod compiles the code of a schema when it is first used, which pays only if it is used again and again: a
// command reads each file once. Evaluated before the modules that have schemas (commandLineBundle in
// scripts/bundle.mjs).
z.config({ jitless: true });
