import { readFile } from 'node:fs/promises';
import os from 'node:os';
import * as z from 'zod';
import {
  backendReportSchema,
  type BackendReport,
  type Requirement,
} from '../../shared/isolation/requirements.ts';
import type { AppError, Result } from '../../shared/result.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { IsolationBackend } from './backend.ts';

/** Requirements that only root can try. */
const forRoot: ReadonlySet<Requirement['code']> = new Set([
  'root',
  'mount-api',
  'idmapped-mounts',
  'overlay-layers',
  'sysbox-services',
]);

const recordSchema = z.object({ kernel: z.string(), reports: z.array(backendReportSchema) });

/** Keeps root's results for users who can't try themselves. */
export function recordReports(
  paths: RootPaths,
  reports: readonly BackendReport[],
): Promise<Result<void, AppError>> {
  return writeFileAtomic(paths.backendReports, `${JSON.stringify({ kernel: os.release(), reports })}\n`);
}

/**
 * A backend's report as far as a user can determine it: root's own for this kernel if there is one, else the
 * requirements that need no rights. The rest does not block then: only root applies, and tries it before
 * anything is changed.
 */
export async function reportForUser(backend: IsolationBackend, paths: RootPaths): Promise<BackendReport> {
  const recorded = (await recordedReports(paths)).find(({ id }) => id === backend.id);
  if (recorded !== undefined) return recorded;
  const requirements = (await backend.report(paths)).requirements.filter(({ code }) => !forRoot.has(code));
  return { id: backend.id, available: requirements.every(({ met }) => met), requirements };
}

async function recordedReports(paths: RootPaths): Promise<readonly BackendReport[]> {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(await readFile(paths.backendReports, 'utf8')));
    return parsed.success && parsed.data.kernel === os.release() ? parsed.data.reports : [];
  } catch {
    return [];
  }
}
