import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startDisplay } from '../../../e2e/display.ts';
import { median, report } from './report.ts';

interface MeasuredStart {
  readonly ms: number;
  /** The output's line that ended the measurement. */
  readonly line: string;
}

/** Starts an app: ms from here to its first line about a first frame. Ends it then. */
async function start(electron: string, display: string, args: readonly string[]): Promise<MeasuredStart> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const begun = performance.now();
  const child = spawn(electron, [...sandbox, ...args], {
    env: { ...process.env, DISPLAY: display, LANG: 'en_US.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  try {
    return await new Promise((resolve, reject) => {
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        const [line] = /^first .*frame.*$/m.exec(output) ?? [];
        if (line !== undefined) resolve({ ms: Math.round(performance.now() - begun), line });
      });
      void ended.then(() => {
        reject(new Error(`the app ended before its first frame: ${output}`));
      });
    });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/**
 * How soon the first interactive frame is there, on an empty root, against the first frame of an app with an
 * empty page, which starts in turn with it.
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
    const [all, base]: [MeasuredStart[], MeasuredStart[]] = [[], []];
    for (let i = 0; i < starts; i++) {
      base.push(await start(electron, display.name, bare));
      all.push(await start(electron, display.name, own));
    }
    const [times, baseTimes] = [all, base].map((list) => list.map(({ ms }) => ms)) as [number[], number[]];
    report({
      name: 'First interactive frame, to that of a bare window',
      value: Math.round((median(times) / median(baseTimes)) * 100) / 100,
      unit: '×',
      atMost: 1.3,
      note: `${median(times)} to ${median(baseTimes)} ms, medians of ${starts} in turn`,
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
    console.log(`  a start in the middle: ${all.find(({ ms }) => ms === median(times))?.line ?? ''}`);
  } finally {
    await display.stop();
    for (const directory of [user, bareUser, root])
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
