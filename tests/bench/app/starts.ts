import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startDisplay } from '../../../e2e/display.ts';
import { median, report } from './report.ts';

/** A line of the output about a frame, and its time. */
interface MeasuredLine {
  /** From the start of the process, measured here. */
  readonly ms: number;
  readonly text: string;
}

/** The frames of one start. An empty window has the first alone. */
interface MeasuredStart {
  readonly first: MeasuredLine;
  readonly interactive: MeasuredLine | null;
}

/**
 * Starts an app, and ends it after its first frame; with `interactive` after the first in which the page can
 * be used.
 */
async function start(
  electron: string,
  display: string,
  { args, interactive }: { readonly args: readonly string[]; readonly interactive: boolean },
): Promise<MeasuredStart> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const begun = performance.now();
  const child = spawn(electron, [...sandbox, ...args], {
    env: { ...process.env, DISPLAY: display, LANG: 'en_US.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const lines = new Map<string, MeasuredLine>();
  try {
    return await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (text) => {
        const [, kind] = /^(first frame|first interactive frame)\b/.exec(text) ?? [];
        if (kind !== undefined) lines.set(kind, { ms: Math.round(performance.now() - begun), text });
        const first = lines.get('first frame');
        const usable = lines.get('first interactive frame') ?? null;
        if (first !== undefined && (usable !== null || !interactive)) resolve({ first, interactive: usable });
      });
      void ended.then(() => {
        reject(new Error(`the app ended after these frames: ${[...lines.keys()].join(', ') || 'none'}`));
      });
    });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/**
 * How soon the window is shown, with the frame of index.html, and how soon it can be used, on an empty root,
 * against the first frame of an app with an empty page, which starts in turn with it.
 */
export async function measureStarts(project: string, starts: number): Promise<void> {
  const electron = execFileSync(process.execPath, [path.join(project, 'scripts', 'electron-path.mjs')], {
    encoding: 'utf8',
  }).trim();
  const display = await startDisplay();
  const [user, bareUser, root] = [
    await mkdtemp('/tmp/bh-bench-user-'),
    await mkdtemp('/tmp/bh-bench-bare-'),
    await mkdtemp('/tmp/bh-bench-'),
  ];
  const own = [project, '--root', root, `--user-data-dir=${user}`, '--measure'];
  const bare = [path.join(import.meta.dirname, 'bare-window'), `--user-data-dir=${bareUser}`];
  try {
    const base: number[] = [];
    const first: number[] = [];
    const interactive: MeasuredLine[] = [];
    for (let i = 0; i < starts; i++) {
      base.push((await start(electron, display.name, { args: bare, interactive: false })).first.ms);
      const one = await start(electron, display.name, { args: own, interactive: true });
      first.push(one.first.ms);
      if (one.interactive !== null) interactive.push(one.interactive);
    }
    const times = interactive.map(({ ms }) => ms);
    const ratio = (list: readonly number[]) => Math.round((median(list) / median(base)) * 100) / 100;
    const note = (list: readonly number[]) =>
      `${median(list)} to ${median(base)} ms, medians of ${starts} in turn`;
    report({
      name: 'First frame, to that of a bare window',
      value: ratio(first),
      unit: '×',
      atMost: 1.3,
      note: note(first),
    });
    report({
      name: 'First interactive frame, to the first of a bare window',
      value: ratio(times),
      unit: '×',
      atMost: 1.8,
      note: note(times),
    });
    report({
      name: `First interactive frame, median of ${starts}`,
      value: median(times),
      unit: 'ms',
      atMost: null,
      note:
        `${Math.min(...times)} to ${Math.max(...times)}, the first ${times[0] ?? 0}; ` +
        `load ${(os.loadavg()[0] ?? 0).toFixed(1)}`,
    });
    console.log(`  a start in the middle: ${interactive.find(({ ms }) => ms === median(times))?.text ?? ''}`);
  } finally {
    await display.stop();
    for (const directory of [user, bareUser, root])
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
