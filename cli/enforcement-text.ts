import type { Target } from '../engine/target.ts';
import { enforcementAlarm } from '../shared/enforcement/describe.ts';
import { enforcementOf, type Enforcement } from '../shared/enforcement/enforcement.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import { text, translateSentence } from './text.ts';

/** What is enforced on a target now, what the next start does, and why they differ. */
export async function readEnforcement(target: Target, engine: EngineStatus): Promise<Enforcement> {
  const { effectiveSettings } = await import('../shared/settings/index.ts');
  const settings = await target.settings.read();
  const applied = effectiveSettings(settings.applied, { exists: settings.exists });
  return enforcementOf({ capabilities: target.capabilities, engine, settings, applied });
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
