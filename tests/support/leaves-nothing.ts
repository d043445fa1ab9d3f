// Many test files run in one process: what one of them leaves behind there, another one would meet.
import process from 'node:process';
import { afterAll, expect, vi } from 'vitest';
import { scopeEngineOptions, setEngineOptions } from '../../shared/messages/engine-options.ts';

// A program names its engine once, when it starts.
setEngineOptions('');
scopeEngineOptions(() => undefined);

/** What belongs to the process and tests change. */
const processState = () => ({
  environment: { ...process.env },
  directory: process.cwd(),
  umask: process.umask(),
  exitCode: process.exitCode,
  userId: process.geteuid?.(),
  hasFakeTimers: vi.isFakeTimers(),
});

const before = processState();
// Registered first, so it runs after those of the test file.
afterAll(() => {
  expect(processState(), 'what this file leaves behind in the process').toEqual(before);
});
