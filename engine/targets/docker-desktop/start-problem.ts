import type { DesktopHost } from './host.ts';

/**
 * A start of Docker Desktop: its time, and the last change of the files in which it logs failures at that
 * time (ms).
 */
interface DesktopStart {
  readonly at: number;
  readonly files: ReadonlyMap<string, number | null>;
}

/** When the files in which Docker Desktop logs failures were last changed, ms. */
export async function changeTimes(host: DesktopHost): Promise<ReadonlyMap<string, number | null>> {
  const files = [...host.locations.backendErrors, ...host.locations.backendLogs];
  return new Map(await Promise.all(files.map(async (file) => [file, await host.changedAt(file)] as const)));
}

/**
 * Why its backend could not start, from what it logged since it was started; null if it logged nothing
 * relevant. `started` null: at any time. Detected by changed files, not by the clock: a file's time is some
 * ms behind it.
 */
export async function startProblem(host: DesktopHost, started: DesktopStart | null): Promise<string | null> {
  const isNew = async (file: string) => {
    const at = await host.changedAt(file);
    return at !== null && (started === null || at !== started.files.get(file));
  };
  for (const file of host.locations.backendErrors) {
    const text = (await isNew(file)) ? await host.read(file) : null;
    if (text !== null && text.trim() !== '') return backendError(text);
  }
  if (started === null) return null;
  for (const file of host.locations.backendLogs) {
    if (!(await isNew(file))) continue;
    // Only lines about our file: a log is full of irrelevant errors.
    const errorText = ((await host.read(file)) ?? '')
      .slice(-65_536)
      .split('\n')
      .filter(
        (line) =>
          /invalid admin configuration|reading admin settings/i.test(line) && newerThan(line, started.at),
      )
      .at(-1);
    if (errorText !== undefined) return errorText.trim().slice(0, 500);
  }
  return null;
}

/** A log line without a time of its own counts: the log as a whole is new. */
function newerThan(line: string, since: number): boolean {
  const at = Date.parse(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z/.exec(line)?.[0] ?? '');
  return Number.isNaN(at) || at >= since - 1000;
}

/** The innermost description of backend.error.json, or its text. */
function backendError(text: string): string {
  const described = [...text.matchAll(/"(?:description|message)"\s*:\s*"((?:[^"\\]|\\.)*)"/g)]
    .map((match) => match[1] ?? '')
    .filter((one) => one !== '');
  const longest = described.toSorted((a, b) => b.length - a.length)[0] ?? text.trim();
  return longest.replaceAll('\\"', '"').slice(0, 500);
}
