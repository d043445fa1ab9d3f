import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { keepAllContainers, type ContainerChoices } from '../../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../../shared/apply/run.ts';
import { readSettingsOrBytes } from '../base/files.ts';
import { rootPaths } from '../base/root-paths.ts';
import {
  callsFile,
  daemonJson,
  engineFile,
  fixturePorts,
  running,
  settingsText,
  type FixtureOptions,
} from './apply-fixture.ts';
import { startApply } from './apply.ts';

/** Operations of tests on the engine in the root directory of the running test. */
export function applyIn(root: () => string) {
  const paths = () => rootPaths(root());
  return {
    /** An engine that runs with a settings file (ECI off) and an administrator's daemon.json. */
    async engineOff(): Promise<void> {
      await writeFile(paths().settings, settingsText(false));
      await writeFile(paths().daemonJson, daemonJson, { mode: 0o600 });
      await writeFile(engineFile(paths()), daemonJson);
    },
    async apply(
      text: string,
      options: FixtureOptions = {},
      choices: ContainerChoices = keepAllContainers,
      events: ApplyEvent[] = [],
      confirmedShares?: readonly string[],
    ): Promise<ApplyRun> {
      const base = await readSettingsOrBytes(paths().settings);
      const started = await startApply(
        fixturePorts(root(), options),
        { text, choices, baseHash: base.ok ? base.value.hash : 'x', confirmedShares },
        (event) => {
          events.push(event);
        },
      );
      if (!started.ok)
        throw new Error(`${started.error.code}: ${started.error.reason ?? started.error.message}`);
      return started.value.done;
    },
    calls: (): Promise<string[]> =>
      readFile(callsFile(paths()), 'utf8').then(
        (text) => text.trim().split('\n'),
        () => [],
      ),
    async expectAllRestored(): Promise<void> {
      expect(await readFile(paths().settings, 'utf8')).toBe(settingsText(false));
      expect(await readFile(paths().daemonJson, 'utf8')).toBe(daemonJson);
      expect((await stat(paths().daemonJson)).mode & 0o777).toBe(0o600);
      expect(await running(paths())).toBe(daemonJson);
      expect((await readdir(root())).filter((name) => /journal|lock|tmp|before/.test(name))).toEqual([]);
      expect(await readdir(paths().history).catch(() => [])).not.toContain('apply-backup');
    },
  };
}
