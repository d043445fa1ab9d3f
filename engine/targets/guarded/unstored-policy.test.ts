import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import type { RecordedPolicy } from '../../../shared/enforcement/recorded-policy.ts';
import { identityOf } from '../../base/process-identity.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { unstoredPolicy } from './unstored-policy.ts';

let paths: RootPaths;
async function recordPolicy(more: Partial<RecordedPolicy>): Promise<void> {
  const gateway = await identityOf(process.pid);
  if (gateway === null) throw new Error('this process has no identity');
  await writeFile(paths.enforcedPolicy, JSON.stringify(recordedPolicy({ gateway, ...more })));
}
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-unstored-')));
});
afterEach(() => rm(paths.root, { recursive: true, force: true }));

it('a policy that the gateway could not store, or not record, is a problem', async () => {
  const problem = { id: 'engine.settings-not-stored' };
  expect(await unstoredPolicy(paths, true)).toMatchObject(problem);
  await recordPolicy({ stored: false });
  expect(await unstoredPolicy(paths, true)).toMatchObject(problem);
});

it.each<[string, Partial<RecordedPolicy>]>([
  ['the policy is stored', { stored: true }],
  ['nothing is enforced', { stored: false, hash: '' }],
  ['the gateway is of a version that stores none', {}],
])('there is no problem if %s', async (_, record) => {
  await recordPolicy(record);
  expect(await unstoredPolicy(paths, true)).toBeNull();
});

it('there is no problem if no gateway runs', async () => {
  expect(await unstoredPolicy(paths, false)).toBeNull();
});
