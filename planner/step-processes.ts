import { createHash } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { buildsUnenforcedName, takeBuildToken } from '../shared/isolation/build-token.ts';
import { parseExactly } from './config/bundle.ts';
import type { ContainerState } from './containers.ts';
import { refuse } from './base/refuse.ts';
import type { PlannerRequest } from './base/request.ts';
import type { SharingOptions } from './shares/shares.ts';

/** Where the runtime has runc keep the containers of build steps (runtime/runc-root.c). */
const stepsRoot = '/run/bulkhead/steps';

/** Whether the container is a build step. */
export const isStep = ({ runcRoot }: Pick<PlannerRequest, 'runcRoot'>): boolean =>
  path.dirname(runcRoot) === stepsRoot;

const processSchema = z.looseObject({ env: z.array(z.string()) });

/**
 * A process in the form of config.json, without the token of its build; and the token's hash, null if there
 * is none.
 */
export interface UnmarkedProcess {
  readonly process: unknown;
  readonly build: string | null;
}

/** Removes the token of its build from a step's process (shared/isolation/build-token.ts). */
export function takeToken(process: unknown): UnmarkedProcess {
  const parsed = processSchema.safeParse(process);
  const { others, token } = takeBuildToken(parsed.success ? parsed.data.env : []);
  if (!parsed.success || token === null) return { process, build: null };
  return {
    process: { ...parsed.data, env: others },
    build: createHash('sha256').update(token).digest('hex'),
  };
}

/**
 * Decides about a further process in a build container, which runc is to read from the file `request.bundle`;
 * removes the token from that file. Refuses unless it was requested through the gateway by the client whose
 * build created the container: BuildKit lets a frontend image name any running container, which may contain
 * secrets.
 */
export function admitStepProcess(
  request: PlannerRequest,
  state: ContainerState | null,
  sharing: SharingOptions,
): void {
  const { process, build } = takeToken(parseExactly(readFileSync(request.bundle, 'utf8')));
  const own = build !== null && state?.runcRoot === request.runcRoot && state.build === build;
  // Without a gateway in front of the engine, every caller is root.
  const isEnforced =
    sharing.records === 'required' && !existsSync(path.join(sharing.directory, buildsUnenforcedName));
  if (!own && isEnforced) refuse('planner-refusals.step-process', { id: request.id });
  if (build === null) return;
  const descriptor = openSync(request.bundle, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    writeFileSync(descriptor, JSON.stringify(process));
  } finally {
    closeSync(descriptor);
  }
}
