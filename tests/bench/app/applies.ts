import { setStage, type AppWindow, type Stage } from '../../../e2e/app.ts';
import type { ContainerChoices } from '../../../shared/apply/plan.ts';
import type { ApplyRun } from '../../../shared/apply/run.ts';
import { editSettings } from '../../../shared/settings/index.ts';
import { median, report } from './report.ts';

const containers = 5;
/** Ends at SIGTERM, as services do. */
const service = 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done';

/** Applies a change of the draft, as the window does; resolves with the run once it has ended. */
async function apply(
  window: AppWindow,
  [path, value]: readonly [readonly string[], boolean | string],
  recreate: readonly string[],
): Promise<ApplyRun> {
  const { settings } = await window.state();
  const edited = editSettings(settings.draft, [...path], value);
  if (!edited.ok) throw new Error(edited.error.message);
  await window.request('settings:set-draft', { text: edited.value });
  const choices: ContainerChoices = {
    remove: [],
    includeRunning: true,
    removeVolumes: false,
    recreate: [...recreate],
  };
  const plan = await window.request('plan:make', { choices });
  if (!plan.ok) throw new Error(plan.error.message);
  const { baseHash, draftHash } = plan.value;
  const started = await window.request('apply:start', { choices, baseHash, draftHash });
  if (!started.ok) throw new Error(started.error.reason ?? started.error.message);
  const { run } = await window.until('the end of the apply', (state) => state.run?.outcome != null, 180_000);
  if (run?.outcome?.kind !== 'applied') throw new Error(`not applied: ${JSON.stringify(run?.outcome)}`);
  return run;
}

/** The median time of a `docker run` that ends at once, ms: what an apply takes depends on it. */
async function containerRunMs(stage: Stage): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 7; n++) {
    const begun = performance.now();
    await stage.docker('run', '--rm', 'busybox', 'true');
    times.push(performance.now() - begun);
  }
  return median(times);
}

const seconds = (ms: number): number => Math.round(ms / 100) / 10;

function reportRun(name: string, run: ApplyRun, runMs: number): void {
  const steps = run.steps
    .filter(({ durationMs }) => durationMs !== null && durationMs >= 50)
    .map(({ step, durationMs }) => `${step} ${seconds(durationMs ?? 0)}`);
  const ms = Date.parse(run.endedAt ?? '') - Date.parse(run.startedAt);
  const note = `${(ms / runMs).toFixed(1)} times a docker run; ${steps.join(', ')}`;
  report({ name, value: seconds(ms), unit: 's', atMost: null, note });
}

/** What an apply takes on a real engine: with running containers that are recreated, and without any. */
export async function measureApplies(): Promise<void> {
  const stage = await setStage({ engine: true });
  try {
    const ids: string[] = [];
    for (let n = 1; n <= containers; n++)
      ids.push(
        (await stage.docker('run', '-d', '--name', `service-${n}`, 'busybox', 'sh', '-c', service)).trim(),
      );
    const window = await stage.open();
    await window.until('the scan', ({ scan }) => scan?.containers.length === containers, 60_000);
    const on = await apply(window, [['enhancedContainerIsolation', 'value'], true], ids);
    const runMs = await containerRunMs(stage);
    reportRun(`Apply that turns ECI on and recreates ${containers}`, on, runMs);
    const audit = await apply(window, [['bulkhead', 'mode'], 'audit'], []);
    reportRun('Apply of audit mode', audit, runMs);
    const enforce = await apply(window, [['bulkhead', 'mode'], 'enforce'], []);
    reportRun('Apply of enforcement', enforce, runMs);
  } finally {
    await stage.end();
  }
}
