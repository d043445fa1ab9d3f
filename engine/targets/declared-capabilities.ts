import type { TargetCapabilities } from '../../shared/targets/capabilities.ts';
import type { TargetRef } from '../../shared/targets/target-id.ts';
import { desktopCapabilities } from './docker-desktop/capabilities.ts';
import { machineCapabilities } from './docker-engine/capabilities.ts';
import { embeddedCapabilities } from './embedded/capabilities.ts';
import { guardedRootOf } from './guarded-root.ts';
import { systemCapabilities } from './system/capabilities.ts';

const declared: Readonly<Record<TargetRef['kind'], TargetCapabilities>> = {
  embedded: embeddedCapabilities,
  system: systemCapabilities,
  'docker-engine': machineCapabilities,
  'docker-desktop': desktopCapabilities,
};

/** What engines of this kind declare: for decisions before one is opened, which has its own. */
export const declaredCapabilities = ({ kind }: TargetRef): TargetCapabilities => declared[kind];

/** The root directory of an engine that a supervisor of ours runs (`supervised`); null for all others. */
export const supervisedRootOf = (ref: TargetRef): string | null =>
  declaredCapabilities(ref).supervised ? guardedRootOf(ref) : null;
