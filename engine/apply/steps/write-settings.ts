import { message } from '../../../shared/messages/message.ts';
import { ok } from '../../../shared/result.ts';
import { removalNote } from '../../../shared/settings/removal-note.ts';
import {
  hasText,
  readSettingsOrBytes,
  removeFile,
  removeLeftoverTemporaries,
  writeFileAtomic,
} from '../../base/files.ts';
import { settingsConflict } from './settings-conflict.ts';
import type { StepModule } from './step.ts';

/** Writes the new settings file; the gateway enforces it from then on. */
export const writeSettings: StepModule = {
  id: 'write-settings',
  isDue: () => true,
  estimate: { defaultMs: 50 },
  run: async ({ ports, journal, text }) => {
    const { paths } = ports;
    const version = journal.toVersion;
    await removeLeftoverTemporaries(paths.settings);
    // From now on an absent file is a mistake again.
    const fresh = await removeFile(removalNote(paths.settings));
    if (!fresh.ok) return fresh;
    const applied = await readSettingsOrBytes(paths.settings);
    if (!applied.ok) return applied;
    if (applied.value.hash !== journal.baseHash) return settingsConflict(paths.settings);
    if (hasText(applied.value, text))
      return ok({ detail: message('apply.detail-version-same-text', { version }) });
    if (text === '') {
      const removed = await removeFile(paths.settings);
      return removed.ok ? ok({ detail: message('apply.detail-version-without-file', { version }) }) : removed;
    }
    const written = await writeFileAtomic(paths.settings, text);
    return written.ok ? ok({ detail: message('apply.detail-version', { version }) }) : written;
  },
};
