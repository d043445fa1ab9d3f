import { message } from '../../../shared/messages/message.ts';
import { fail } from '../../../shared/result.ts';
import { rootPaths, systemRoot } from '../../base/root-paths.ts';
import { giveBackFiles, removeInstalled } from './install-files.ts';
import { planUninstall, refuseBlocked } from './install-plan.ts';
import {
  filesAndUnitsOf,
  readInstallJournal,
  readInstallRecord,
  writeInstallJournal,
} from './install-record.ts';
import {
  checkEngine,
  startEngine,
  stopEngine,
  withInstallLock,
  type InstallOptions,
  type Outcome,
} from './install-steps.ts';
import { systemctl } from '../guarded/systemd.ts';

/** Removes the gateway; the plain engine runs afterwards, with its files restored byte for byte. */
export function uninstall(options: InstallOptions): Promise<Outcome> {
  return withInstallLock(async () => {
    options.onStep?.('check');
    const paths = rootPaths(systemRoot);
    const [record, planned] = [await readInstallRecord(paths), await planUninstall()];
    if (!planned.ok) return planned;
    if (record === null) {
      const journal = await readInstallJournal(paths);
      if (journal === null) return fail('input.unusable', message('system.not-installed'));
      return giveBackFiles(paths, journal);
    }
    // Before anything is changed: daemon.json would be restored when the units are gone already.
    const usable = refuseBlocked(planned.value);
    if (!usable.ok) return usable;
    const { version, dataRoot, group, bulkheadCommand } = record;
    // Also of a prepared upgrade, whose journal the next one replaces.
    const { files, units } = filesAndUnitsOf(record, await readInstallJournal(paths));
    const noted = await writeInstallJournal(paths, {
      ...{ version, files, units, dataRoot, group, bulkheadCommand },
      phase: 'uninstalling',
      wasInstalled: true,
      saved: [],
    });
    if (!noted.ok) return noted;
    options.onStep?.('stop-engine');
    const { engine } = usable.value;
    const stopped =
      engine === null ? await systemctl(['stop', ...units]) : await stopEngine(engine, options.onStep, units);
    if (!stopped.ok) return stopped;
    options.onStep?.('remove');
    const removed = await removeInstalled(paths, files, units);
    // An engine that was not running stays stopped.
    if (!removed.ok || engine?.running !== true) return removed;
    options.onStep?.('start-engine');
    const started = await startEngine();
    if (!started.ok) return started;
    options.onStep?.('health');
    return checkEngine(paths);
  });
}
