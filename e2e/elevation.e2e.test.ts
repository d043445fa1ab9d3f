import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elevation } from '../electron/session/elevation.ts';
import { openTarget } from '../engine/targets/embedded/target.ts';
import { keepAllContainers } from '../shared/apply/plan.ts';
import type { ApplyEvent } from '../shared/apply/run.ts';
import { bulkheadCommand, setStage, type Stage } from './app.ts';

// The way of an app that is not root, on a real engine. The fake pkexec only runs what it is given;
// polkit itself is not part of this.
let stage: Stage;
let pkexec = '';
beforeAll(async () => {
  stage = await setStage({ engine: true });
  pkexec = path.join(stage.paths.root, 'pkexec');
  await writeFile(pkexec, '#!/bin/sh\nexec "$@"\n');
  await chmod(pkexec, 0o755);
});
afterAll(() => stage.end());

const text =
  '{ "configurationFileVersion": 2, "enhancedContainerIsolation": { "locked": true, "value": true } }\n';
const status = () =>
  openTarget(stage.paths.root, {
    bulkheadCommand,
    projectRoot: path.dirname(path.dirname(bulkheadCommand)),
  }).driver.status();

describe('through the elevated command line', () => {
  it('an apply is refused if the file is not the one the plan was made against', async () => {
    const { startApply } = elevation({ bulkheadCommand, target: () => ['--root', stage.paths.root], pkexec });
    expect(
      await startApply({ text, choices: keepAllContainers, baseHash: 'f'.repeat(64) }, () => undefined),
    ).toMatchObject({ ok: false, error: { code: 'settings.conflict' } });
    expect(await readFile(stage.paths.settings, 'utf8').catch(() => null)).toBeNull();
  });

  it('a text that is not a policy is refused before anything is changed', async () => {
    const { startApply } = elevation({ bulkheadCommand, target: () => ['--root', stage.paths.root], pkexec });
    expect(
      await startApply({ text: '{', choices: keepAllContainers, baseHash: '' }, () => undefined),
    ).toMatchObject({ ok: false, error: { code: 'settings.findings' } });
    expect(await readFile(stage.paths.settings, 'utf8').catch(() => null)).toBeNull();
  });

  it('an apply completes with the same events as in the app, and ends verified', async () => {
    const events: ApplyEvent[] = [];
    const { startApply } = elevation({ bulkheadCommand, target: () => ['--root', stage.paths.root], pkexec });
    const started = await startApply({ text, choices: keepAllContainers, baseHash: '' }, (event) =>
      events.push(event),
    );
    if (!started.ok) throw new Error(started.error.message);
    const run = await started.value.done;
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 1 });
    const runs = events.flatMap((event) => (event.type === 'run' ? [event.run] : []));
    expect(
      new Set(runs.flatMap((r) => r.steps.filter((s) => s.state === 'running').map((s) => s.step))),
    ).toContain('reload-engine');
    expect(events.some((event) => event.type === 'log')).toBe(true);
    expect(await readFile(stage.paths.settings, 'utf8')).toBe(text);
  });

  it('the engine is stopped and started', async () => {
    const { engine } = elevation({ bulkheadCommand, target: () => ['--root', stage.paths.root], pkexec });
    expect((await engine('stop', status)).ok).toBe(true);
    expect((await status()).phase).toBe('stopped');
    expect((await engine('start', status)).ok).toBe(true);
    expect((await status()).phase).toBe('ready');
  });
});
