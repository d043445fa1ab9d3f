/**
 * What the app costs, on the real Electron: `npm run bench:app`. The time to the first interactive frame,
 * compared with an empty window (tests/bench/app/bare-window); the window's heap after an hour of a busy
 * decision log; whether typing ever makes the page wait; with 500 containers on a real engine, the time to
 * show a page, to scan and to remove; the time of an apply; the scripts that are loaded. Needs root.
 * `-- --starts N` (default 9), `--only NAME[,NAME]` of starts, window, containers, applies. Each start is a
 * new process; from the second one on the files are in the disk's cache. Takes three to five minutes. Writes
 * artifacts/bench-app.json.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setStage } from '../../e2e/app.ts';
import { pageObjects } from '../../e2e/page-objects.ts';
import { measureApplies } from './app/applies.ts';
import { measureBundles } from './app/bundles.ts';
import { createContainers, measureContainers } from './app/containers.ts';
import { heap, writeOneHourOfDecisions } from './app/heap.ts';
import { measurePages } from './app/pages.ts';
import { figures, report } from './app/report.ts';
import { measureStarts } from './app/starts.ts';
import { documentWithImages, measureTyping } from './app/typing.ts';

const project = path.resolve(import.meta.dirname, '../..');
const valueOf = (name: string) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const starts = Number(valueOf('--starts') ?? 9);
const only = valueOf('--only')?.split(',');

async function measureWindow(): Promise<void> {
  const stage = await setStage({ engine: false });
  try {
    const window = await stage.open();
    const { page } = window;
    report({ name: 'Heap of the window at start', value: await heap(window), unit: 'MB', atMost: null });
    await measureTyping(window);
    await pageObjects(window).go('Activity');
    const began = performance.now();
    const log = path.join(stage.paths.root, 'audit.jsonl');
    const written = await writeOneHourOfDecisions(log);
    // The last line has arrived when main counts it.
    await window.until(
      'the whole log to be read',
      (state) => state.activity.state.kind === 'following' || state.activity.state.kind === 'reading',
      60_000,
    );
    await page.waitForTimeout(3000);
    report({
      name: `Heap of the window after ${written} decisions`,
      value: await heap(window),
      unit: 'MB',
      atMost: 150,
      note: `an hour at 100 a second, written in ${((performance.now() - began) / 1000).toFixed(0)} s`,
    });
    const main = await window.app.evaluate(() => Math.round(process.memoryUsage().heapUsed / 1e5) / 10);
    report({ name: 'Heap of the main process after them', value: main, unit: 'MB', atMost: null });
  } finally {
    await stage.end();
  }
}

/** Pages and containers, on an engine with 500 containers and 300 images in the draft. */
async function measureFullEngine(): Promise<void> {
  const stage = await setStage({ engine: true });
  try {
    await createContainers(stage.paths.engineSocket, 500);
    const window = await stage.open();
    await window.until('the scan', ({ scan }) => (scan?.containers.length ?? 0) >= 500, 60_000);
    const stored = await window.request('settings:set-draft', { text: documentWithImages(300) });
    if (!stored.ok) throw new Error(stored.error.message);
    await measurePages(window);
    await measureContainers(stage, window);
  } finally {
    await stage.end();
  }
}

console.log(
  `Electron on ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, load ${os
    .loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')}`,
);
measureBundles(project);
const parts = {
  starts: () => measureStarts(project, starts),
  window: measureWindow,
  containers: measureFullEngine,
  applies: measureApplies,
};
for (const [name, measure] of Object.entries(parts)) if (only?.includes(name) !== false) await measure();
await mkdir(path.join(project, 'artifacts'), { recursive: true });
await writeFile(
  path.join(project, 'artifacts', 'bench-app.json'),
  `${JSON.stringify({ at: new Date().toISOString(), load: os.loadavg(), figures }, null, 2)}\n`,
);
