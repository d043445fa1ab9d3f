import * as z from 'zod';

// zod compiles a schema at its first use, which pays only if it is used again and again: a command reads each
// file once. This module is evaluated before those that have schemas (commandLineBundle in
// scripts/bundle.mjs).
z.config({ jitless: true });
