import Docker from 'dockerode';
import type { AppWindow, Stage } from '../../../e2e/app.ts';
import { scanContainers } from '../../../engine/scan/scan.ts';
import { report } from './report.ts';
import { longest, tasksDuring } from './tasks.ts';

/** Creates containers that are never started, past the gateway. */
export async function createContainers(socketPath: string, count: number): Promise<void> {
  const engine = new Docker({ socketPath });
  const atOnce = 8;
  const create = async (first: number) => {
    for (let i = first; i < count; i += atOnce)
      await engine.createContainer({ name: `bench-${i}`, Image: 'busybox', Cmd: ['true'] });
  };
  await Promise.all(Array.from({ length: atOnce }, (_, first) => create(first)));
}

/**
 * A scan of all containers of a real engine, against one list of them; and the window's tasks while it
 * removes 300 that are shown.
 */
export async function measureContainers(stage: Stage, window: AppWindow): Promise<void> {
  const engine = new Docker({ socketPath: stage.paths.engineSocket });
  const begun = performance.now();
  const listed = await engine.listContainers({ all: true });
  const listMs = performance.now() - begun;
  const scanned = await scanContainers(engine, {
    eci: false,
    eciSince: null,
    runtimeName: 'bulkhead-runc',
  });
  if (!scanned.ok) throw new Error(scanned.error.message);
  report({
    name: `Scan of ${scanned.value.containers.length} containers`,
    value: scanned.value.durationMs,
    unit: 'ms',
    atMost: 1000,
    note: `their list alone ${Math.round(listMs)} ms`,
  });
  const ids = listed.slice(0, 300).map(({ Id }) => Id);
  await window.page.getByRole('navigation').getByText('Containers', { exact: true }).click();
  await window.page.getByRole('main').getByRole('row').nth(1).waitFor();
  const removalBegun = performance.now();
  const tasks = await tasksDuring(window, async () => {
    const started = await window.request('containers:remove', {
      ids,
      includeRunning: false,
      removeVolumes: false,
    });
    if (!started.ok) throw new Error(started.error.message);
    await window.until('the removal to end', ({ removal }) => removal?.activity === 'ended', 120_000);
  });
  const { value, note } = longest(tasks);
  report({
    name: `Longest task while ${ids.length} of them are removed`,
    value,
    unit: 'ms',
    atMost: 50,
    note: `${note}; ${((performance.now() - removalBegun) / 1000).toFixed(0)} s`,
  });
}
