import { readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AppWindow } from '../../../e2e/app.ts';

/** A task of the page's main thread, ms: by the clock, and of the processor. */
export interface Task {
  readonly clock: number;
  readonly processor: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * The page's tasks while `act` runs. On a machine that others use the processor's time of a task counts: the
 * clock also counts what others did meanwhile.
 */
export async function tasksDuring({ app }: AppWindow, act: () => Promise<void>): Promise<Task[]> {
  await app.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({ included_categories: ['toplevel'] }),
  );
  await act();
  const file = path.join(os.tmpdir(), `bulkhead-bench-trace-${process.pid}.json`);
  await app.evaluate(({ contentTracing }, target) => contentTracing.stopRecording(target), file);
  const { traceEvents } = JSON.parse(await readFile(file, 'utf8')) as { traceEvents: TraceEvent[] };
  await rm(file);
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const pages = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(thread),
  );
  return traceEvents
    .filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && pages.has(thread(event)))
    .map(({ dur = 0, tdur = dur }) => ({ clock: dur / 1000, processor: tdur / 1000 }));
}

/** The longest task, whole ms of the processor; and a note about the clock. */
export function longest(tasks: readonly Task[]): { readonly value: number; readonly note: string } {
  const most = (of: keyof Task) => Math.round(Math.max(0, ...tasks.map((task) => task[of])));
  return { value: most('processor'), note: `processor time; ${most('clock')} ms by the clock` };
}
