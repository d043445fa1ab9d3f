import { rm } from 'node:fs/promises';
import { message } from '../../../shared/messages/message.ts';
import { ok } from '../../../shared/result.ts';
import { previewEngineConfig, reconcileEngineConfig } from '../../daemon-json/daemon-json-file.ts';
import { noteEngineConfig } from '../backup.ts';
import { settingsInForce } from '../plan-facts.ts';
import type { StepModule } from './step.ts';

/** Installs the isolation runtime and adapts the engine's configuration to the settings. */
export const reconfigure: StepModule = {
  id: 'reconfigure',
  isDue: ({ restartNeeded, reloadNeeded }) => restartNeeded || reloadNeeded,
  estimate: { defaultMs: 100 },
  run: async ({ ports, journal, text }) => {
    const { paths } = ports;
    if (ports.reconfigure !== undefined) {
      const own = await ports.reconfigure();
      return own.ok ? ok({ detail: own.value }) : own;
    }
    const backend = ports.isolation(settingsInForce({ exists: true, text, hash: journal.targetHash }));
    if (journal.eciAfter) {
      const installed = await backend.install(paths);
      if (!installed.ok) return installed;
    }
    const desired = {
      eci: journal.eciAfter,
      runtimeName: backend.runtimeName,
      runtimePath: backend.runtimePath(paths),
      configFile: ports.capabilities.configFile,
    };
    // A directive that the engine refuses is reported now, while everything still runs.
    const checked = await ports.driver.checkConfig(desired);
    if (!checked.ok) return checked;
    // Results of the previous engine say nothing about the next one.
    await rm(paths.verification, { force: true });
    const before = await previewEngineConfig(paths, desired);
    if (before.ok) {
      const noted = await noteEngineConfig(paths, before.value.text);
      if (!noted.ok) return noted;
    }
    const plan = await reconcileEngineConfig(paths, desired);
    if (!plan.ok) return plan;
    const count = before.ok ? before.value.changes.length : plan.value.changes.length;
    if (count === 0) return ok({ detail: message('apply.detail-daemon-json-unchanged') });
    return ok({
      detail: journal.eciAfter
        ? message('apply.detail-keys-set', { count })
        : message('apply.detail-keys-given-back', { count }),
    });
  },
};
