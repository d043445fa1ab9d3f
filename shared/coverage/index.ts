/** What is protected, by engine kind, version and backend (spec table C). Pure. */
export * from './coverage.ts';
export * from './evidence.ts';
