/**
 * What the app costs, on the real Electron: `npm run bench:app`. How soon the first interactive frame is
 * there, against that of an empty window (tests/bench/app/bare-window); how the window's heap stands after
 * an hour of a busy decision log; whether typing ever makes the page wait; what is loaded for it.
 * `-- --starts N` (default 9). A start is cold as a process is: the disk's cache is warm after the first.
 * Writes artifacts/bench-app.json.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { setStage, type AppWindow } from '../../e2e/app.ts';
import { routes } from '../../e2e/routes.ts';
import { someEntries } from '../../renderer/dev/activity-fixture.ts';
import { figures, report } from './app/report.ts';
import { measureStarts } from './app/starts.ts';

const project = path.resolve(import.meta.dirname, '../..');
const valueOf = (name: string) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const starts = Number(valueOf('--starts') ?? 9);

/** JS heap of the page after a garbage collection, MB. */
async function heap({ page }: AppWindow): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return Math.round(usedSize / 1e5) / 10;
}

/**
 * Writes an hour of 100 decisions a second into the log that the app follows, with the gateway's rotation, as
 * fast as the disk allows.
 */
async function writeBusyHour(file: string): Promise<number> {
  const bodies = someEntries.map(({ id: _id, seq: _seq, user: _user, time: _time, ...rest }) =>
    JSON.stringify(rest).slice(1),
  );
  const [batch, batches] = [2000, 180];
  let size = 0;
  for (let i = 0; i < batches; i++) {
    const lines = Array.from(
      { length: batch },
      (_, n) =>
        `{"id":"b${i}-${n}","time":"${new Date().toISOString()}",${bodies[n % bodies.length] ?? ''}\n`,
    ).join('');
    await appendFile(file, lines);
    size += lines.length;
    if (size < 10 * 1024 * 1024) continue;
    for (let old = 3; old >= 1; old--)
      await rename(`${file}.${old}`, `${file}.${old + 1}`).catch(() => undefined);
    await rename(file, `${file}.1`);
    size = 0;
  }
  return batch * batches;
}

/**
 * Types `text` into the focused element, a key every 30 ms as a fast typist does; resolves with the long
 * tasks meanwhile.
 */
async function longTasksWhileTyping({ page }: AppWindow, text: string): Promise<number[]> {
  await page.evaluate(() => {
    const found: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const task of list.getEntries()) found.push(Math.round(task.duration));
    });
    observer.observe({ entryTypes: ['longtask'] });
    Reflect.set(globalThis, 'longTasks', () => {
      for (const task of observer.takeRecords()) found.push(Math.round(task.duration));
      observer.disconnect();
      return found;
    });
  });
  await page.keyboard.type(text, { delay: 30 });
  // The effects of typing come after pauses: the draft is sent to main, the lint and the plan follow.
  await page.waitForTimeout(1000);
  return page.evaluate(() => (Reflect.get(globalThis, 'longTasks') as () => number[])());
}

async function measureWindow(): Promise<void> {
  const stage = await setStage({ engine: false });
  try {
    const window = await stage.open();
    const { page } = window;
    const routesOf = routes(window);
    report({ name: 'Heap of the window at start', value: await heap(window), unit: 'MB', atMost: null });

    const images = Array.from(
      { length: 300 },
      (_, i) => `"registry.example/team/tool-${i}:${i % 9}.${i % 7}"`,
    ).join(',\n          ');
    const document = `{
  "configurationFileVersion": 2,
  "enhancedContainerIsolation": {
    "locked": true,
    "value": true,
    "dockerSocketMount": {
      "imageList": {
        "images": [
          ${images}
        ]
      },
      "commandList": { "type": "deny", "commands": ["push"] }
    }
  }
}
`;
    const stored = await window.request('settings:set-draft', { text: document });
    if (!stored.ok) throw new Error(stored.error.message);
    await routesOf.go('JSON');
    // Not by a click: the text is many times as high as the window.
    await page.getByRole('textbox', { name: 'admin-settings.json, draft' }).focus();
    await page.keyboard.press('ControlOrMeta+End');
    const inEditor = await longTasksWhileTyping(
      window,
      '\n// an admin writes a remark of some length under a document with 300 images',
    );
    report({
      name: 'Longest task while typing in JSON, 300 images',
      value: Math.max(0, ...inEditor),
      unit: 'ms',
      atMost: 50,
      note: `${inEditor.length} longer than 50 ms`,
    });
    await window.request('settings:set-draft', { text: document });
    await routesOf.socket.open();
    const field = page.getByRole('combobox', { name: 'Image to allow' });
    if (!(await field.isVisible())) await page.getByRole('button', { name: 'Add image' }).click();
    await field.click();
    const inField = await longTasksWhileTyping(window, 'registry.example/another/team/with-a-tool:2026.11');
    report({
      name: 'Longest task while typing in a field, 300 images',
      value: Math.max(0, ...inField),
      unit: 'ms',
      atMost: 50,
      note: `${inField.length} longer than 50 ms`,
    });

    await routesOf.go('Activity');
    const began = performance.now();
    const log = path.join(stage.paths.root, 'audit.jsonl');
    const written = await writeBusyHour(log);
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

/** What the window must load before its first page, and what it never loads at start. */
function measureBundles(): void {
  const renderer = path.join(project, 'dist', 'renderer');
  const first = new Set<string>();
  const read = (file: string): void => {
    if (first.has(file)) return;
    first.add(file);
    const text = readFileSync(path.join(renderer, file), 'utf8');
    // Static imports only: a dynamic one is a page of its own.
    for (const [, name] of text.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g))
      if (name !== undefined) read(path.join('assets', name));
  };
  for (const [, name] of readFileSync(path.join(renderer, 'index.html'), 'utf8').matchAll(
    /src="\.\/(assets\/[^"]+\.js)"/g,
  ))
    if (name !== undefined) read(name);
  const kilobytes = (files: Iterable<string>) =>
    Math.round([...files].reduce((sum, file) => sum + statSync(path.join(renderer, file)).size, 0) / 1024);
  const zipped = Math.round(
    [...first].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(renderer, file))).length, 0) /
      1024,
  );
  const chunks = readdirSync(path.join(renderer, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => path.join('assets', name));
  report({
    name: 'Scripts read before the first page',
    value: kilobytes(first),
    unit: 'kB',
    atMost: 900,
    note: `${first.size} files, ${zipped} kB zipped`,
  });
  report({
    name: 'Scripts of pages and parts read when opened',
    value: kilobytes(chunks.filter((file) => !first.has(file))),
    unit: 'kB',
    atMost: null,
    note: `${chunks.length - first.size} files`,
  });
  const main = path.join(project, 'dist', 'electron');
  const needed = new Set<string>();
  const require = (file: string): void => {
    if (needed.has(file)) return;
    needed.add(file);
    // At the start of a statement: what is required inside a function is loaded when that runs.
    for (const [, name] of readFileSync(path.join(main, file), 'utf8').matchAll(
      /(?:^|;)(?:(?:const|let|var) [\w$]+=)?require\("\.\/([^"]+\.cjs)"\)/gm,
    ))
      if (name !== undefined) require(name);
  };
  require('main.cjs');
  report({
    name: 'Scripts of the main process before the window',
    value: Math.round(
      [...needed].reduce((sum, file) => sum + statSync(path.join(main, file)).size, 0) / 1024,
    ),
    unit: 'kB',
    atMost: null,
    note: `${needed.size} files`,
  });
}

console.log(
  `Electron on ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, load ${os
    .loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')}`,
);
measureBundles();
await measureStarts(project, starts);
await measureWindow();
await mkdir(path.join(project, 'artifacts'), { recursive: true });
await writeFile(
  path.join(project, 'artifacts', 'bench-app.json'),
  `${JSON.stringify({ at: new Date().toISOString(), load: os.loadavg(), figures }, null, 2)}\n`,
);
