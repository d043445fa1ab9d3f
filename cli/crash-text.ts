import { lostNothing, type EngineStatus } from '../shared/engine-status/status.ts';
import { printable } from './output.ts';
import { text } from './text.ts';

/** The containers that a crash of the engine killed. */
export function crashLines({ crash }: Pick<EngineStatus, 'crash'>, killed: readonly string[]): string[] {
  if (crash == null || (killed.length === 0 && crash.removed === 0)) return [];
  const time = timeText(crash.at);
  return [
    ...(killed.length === 0
      ? []
      : [text('cli-status.killed', { time, names: killed.map(printable).join(' ') })]),
    ...(crash.removed === 0 ? [] : [text('cli-status.killed-removed', { time, count: crash.removed })]),
  ];
}

/**
 * The line on a crash of the engine of which no killed container is missing: none was, or a user has removed
 * them since, which is not recorded of the machine's own engine. None if there was no such crash.
 */
export function harmlessCrashLines({ crash }: Pick<EngineStatus, 'crash'>): string[] {
  if (crash == null || !lostNothing(crash)) return [];
  return [text('cli-status.crashed', { time: timeText(crash.at) })];
}

const timeText = (at: string): string => `${at.slice(0, 19).replace('T', ' ')} UTC`;
