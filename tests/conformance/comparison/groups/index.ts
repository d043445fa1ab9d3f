import type { Group } from '../group.ts';
import { archives } from './archives.ts';
import { builds } from './builds.ts';
import { copies } from './copies.ts';
import { composes } from './composes.ts';
import { executions } from './executions.ts';
import { identities } from './identities.ts';
import { kernelViews } from './kernel-views.ts';
import { mounts } from './mounts.ts';
import { networks } from './networks.ts';
import { ownerships } from './ownerships.ts';

/** Long ones first: they run concurrently. */
export const groups: readonly Group[] = [
  ...composes,
  ...builds,
  ...copies,
  ...archives,
  ...mounts,
  ...executions,
  ...networks,
  ...ownerships,
  ...identities,
  ...kernelViews,
];
