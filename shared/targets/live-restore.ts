import type { EngineStatus } from '../engine-status/status.ts';
import type { TargetCapabilities } from './capabilities.ts';

/** Whether running containers keep running while the engine is interrupted so, by dockerd's live-restore. */
export const keepsContainers = (
  { liveRestore }: Pick<EngineStatus, 'liveRestore'>,
  { liveRestoreCovers }: Pick<TargetCapabilities, 'liveRestoreCovers'>,
  interruption: TargetCapabilities['liveRestoreCovers'][number],
): boolean => liveRestore === true && liveRestoreCovers.includes(interruption);
