import type { Target } from '../engine/target.ts';
import { enforcementAlarm } from '../shared/enforcement/describe.ts';
import { enforcementOf, type Enforcement } from '../shared/enforcement/enforcement.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message } from '../shared/messages/message.ts';
import { fail, type AppError } from '../shared/result.ts';
import { text, translateSentence } from './text.ts';

/** What is enforced on a target now, what the next start does, and why they differ. */
export async function readEnforcement(target: Target, engine: EngineStatus): Promise<Enforcement> {
  const { effectiveSettings } = await import('../shared/settings/index.ts');
  const settings = await target.settings.read();
  const applied = effectiveSettings(settings.applied, { exists: settings.exists });
  return enforcementOf({ capabilities: target.capabilities, engine, settings, applied });
}

/** An error for commands that need the settings file; null if it is neither lost nor broken. */
export function alarmError(enforcement: Enforcement): AppError | null {
  const alarm = enforcementAlarm(enforcement);
  if (alarm === null) return null;
  const { difference, restorableVersion: version } = enforcement;
  const code = difference === 'deleted' ? 'settings.missing' : 'settings.unreadable';
  return fail(code, alarm.title, {
    reason: joinMessages('sentences', alarm.details),
    ...(version === null ? {} : { hint: message('cli-status.restore', { version }) }),
  }).error;
}

/** That the settings file is lost or broken, what is in force, and how to restore it; empty otherwise. */
export function alarmLines(enforcement: Enforcement): string[] {
  const alarm = enforcementAlarm(enforcement);
  if (alarm === null) return [];
  const { restorableVersion: version } = enforcement;
  return [
    text('cli-status.alarm', {
      title: translateSentence(alarm.title),
      details: alarm.details.map(translateSentence).join(text('cli-status.between-sentences')),
    }),
    ...(version === null ? [] : [text('cli-status.restore', { version })]),
  ];
}
