import type { EngineStatus } from '../engine-status/status.ts';
import { isRunning, type Container, type ContainerScan } from './protection.ts';

/** The containers that a crash of the engine killed, and that have not run since. */
export function killedContainers(
  crash: EngineStatus['crash'],
  scan: ContainerScan | null,
): readonly Container[] {
  if (crash == null || scan === null) return [];
  const killed = new Set(crash.containers);
  return scan.containers.filter((container) => killed.has(container.id) && !isRunning(container));
}
