import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordedPolicy } from '../../shared/enforcement/recorded-policy-fixture.ts';
import { formatStoredSettings } from '../../shared/enforcement/start-without-file.ts';
import { readEnginePolicy } from './engine-policy.ts';
import { sha256 } from './files.ts';
import { rootPaths, type RootPaths } from './root-paths.ts';

const on =
  '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true}, ' +
  '"bulkhead": {"backend": "sysbox", "language": "zh-CN"}}';
let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-engine-policy-')));
});
afterEach(() => rm(paths.root, { recursive: true, force: true }));

it('without the settings file the engine is configured for what its gateway enforces', async () => {
  expect(await readEnginePolicy(paths)).toEqual({
    eci: false,
    backend: 'auto',
    language: 'en',
    error: null,
  });
  await writeFile(paths.storedSettings, formatStoredSettings({ hash: sha256(on), text: on }));
  await writeFile(
    paths.enforcedPolicy,
    JSON.stringify(recordedPolicy({ hash: sha256(on), backend: 'sysbox', stored: true })),
  );
  expect(await readEnginePolicy(paths)).toEqual({
    eci: true,
    backend: 'sysbox',
    language: 'zh-CN',
    error: null,
  });
  // Damaged: the gateway is locked down.
  await writeFile(paths.storedSettings, '');
  expect(await readEnginePolicy(paths)).toEqual({
    eci: true,
    backend: 'auto',
    language: 'en',
    error: null,
  });
});
