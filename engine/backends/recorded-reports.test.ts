import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackendReport, Requirement } from '../../shared/isolation/requirements.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import type { IsolationBackend } from './backend.ts';
import { recordReports, reportForUser } from './recorded-reports.ts';

let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-reports-')));
});
afterEach(() => rm(paths.root, { recursive: true }));

const needs = (code: Requirement['code'], met: boolean): Requirement => ({
  code,
  met,
  found: met ? 'found' : 'not found',
});
const report = (requirements: Requirement[]): BackendReport => ({
  id: 'exclusive',
  available: requirements.every(({ met }) => met),
  requirements,
});
/** A backend of which only the report matters. */
const backend = (...requirements: Requirement[]) =>
  ({ id: 'exclusive', report: () => Promise.resolve(report(requirements)) }) as unknown as IsolationBackend;
const asUser = backend(
  needs('root', false),
  needs('kernel', true),
  needs('runc', true),
  needs('idmapped-mounts', false),
);

describe('requirements of a backend for a user', () => {
  it('are those determined by root when the engine started, in a file that everybody may read', async () => {
    const found = report([needs('root', true), needs('idmapped-mounts', false)]);
    expect((await recordReports(paths, [found])).ok).toBe(true);
    expect((await stat(paths.backendReports)).mode & 0o777).toBe(0o644);
    expect(await reportForUser(asUser, paths)).toEqual(found);
  });

  it('are those that need no rights if root has not tested: a test for root only blocks nobody', async () => {
    expect(await reportForUser(asUser, paths)).toEqual(report([needs('kernel', true), needs('runc', true)]));
    expect(await reportForUser(backend(needs('root', false), needs('runc', false)), paths)).toMatchObject({
      available: false,
      requirements: [{ code: 'runc' }],
    });
  });

  it.each([
    ['of another kernel', JSON.stringify({ kernel: '2.6.0', reports: [report([needs('kernel', false)])] })],
    ['that is damaged', '{'],
  ])('does not come from a record %s', async (_what, text) => {
    await writeFile(paths.backendReports, text);
    expect(await reportForUser(asUser, paths)).toMatchObject({ available: true });
  });
});
