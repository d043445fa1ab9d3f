// Many test files run in one process: what one of them leaves behind there, another one would meet.
import process from 'node:process';
import { afterAll, expect, vi } from 'vitest';
import { scopeEngineOptions, setEngineOptions } from '../../shared/messages/engine-options.ts';

// A program names its engine once, when it starts.
setEngineOptions('');
scopeEngineOptions(() => undefined);

/** What belongs to the process and tests change. Servers and children that are left open are not seen. */
const processState = () => ({
  arguments: [...process.argv],
  directory: process.cwd(),
  umask: process.umask(),
  exitCode: process.exitCode,
  userId: process.geteuid?.(),
  hasFakeTimers: vi.isFakeTimers(),
});

const before = processState();
const environment = { ...process.env };
/** Their names: values may be secrets. */
const changedVariables = () =>
  [...new Set([...Object.keys(environment), ...Object.keys(process.env)])].filter(
    (name) => environment[name] !== process.env[name],
  );

// Registered first, so it runs after those of the test file.
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  expect(
    { ...processState(), changedVariables: changedVariables() },
    'what this file leaves behind in the process',
  ).toEqual({ ...before, changedVariables: [] });
});
