import { copyFile, mkdir, open, readdir, stat, truncate } from 'node:fs/promises';
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import type { EngineLogLine } from '../../../shared/engine-status/status.ts';
import { plainText, sentenceOf, type Message } from '../../../shared/messages/message.ts';
import { messageReferenceSchema } from '../../../shared/messages/schema.ts';
import { cutLine } from '../../../shared/process/bounded-lines.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { watchDirectory } from '../../base/watch-directory.ts';

const logSources = ['supervisor', 'dockerd', 'gateway', 'planner', 'lxcfs'] as const;
export type LogSource = (typeof logSources)[number];

/** A log file is truncated when it is larger than this; the previous part is kept as `.1`. */
const maxLogBytes = 5 * 1024 * 1024;

export const logFile = (paths: RootPaths, source: LogSource): string =>
  path.join(paths.logs, `${source}.log`);

/**
 * Truncates logs that have become too large. Writers keep their open files: all append, so they continue at
 * the new end. One that cannot be copied first stays as it is, and is reported: a nearly full disk must not
 * keep an engine from starting.
 */
export async function truncateLargeLogs(
  paths: RootPaths,
  onFailure: (error: unknown) => void,
): Promise<void> {
  await mkdir(paths.logs, { recursive: true, mode: 0o750 });
  for (const name of await readdir(paths.logs)) {
    if (!name.endsWith('.log')) continue;
    const file = path.join(paths.logs, name);
    try {
      if ((await stat(file)).size <= maxLogBytes) continue;
      await copyFile(file, `${file}.1`);
      await truncate(file, 0);
    } catch (error) {
      onFailure(error);
    }
  }
}

/** Appends lines, each with its time. */
export interface LogWriter {
  /** A sentence is written in English, followed by its reference. */
  line(text: string | Message): void;
  close(): Promise<void>;
}

export function openLog(
  paths: RootPaths,
  source: LogSource,
  onLine?: (line: EngineLogLine) => void,
): LogWriter {
  const openStream = (): WriteStream =>
    // A full disk must not end the supervisor.
    createWriteStream(logFile(paths, source), { flags: 'a', mode: 0o640 }).on('error', () => undefined);
  let stream = openStream();
  return {
    line: (text) => {
      const at = new Date().toISOString();
      const line: EngineLogLine = { at, source, text: plainText(text), ...sentenceOf(text) };
      // An error has ended it; there may be space again.
      if (stream.errored !== null) stream = openStream();
      stream.write(`${at} ${line.text}${referenceField(line)}\n`);
      onLine?.(line);
    },
    close: () =>
      new Promise((resolve) => {
        stream.end(resolve);
      }),
  };
}

/** Last `lines` of all logs, merged by time. A line without a time of its own belongs to the previous one. */
export async function readLogs(paths: RootPaths, lines: number): Promise<EngineLogLine[]> {
  const all = await Promise.all(
    logSources.map(async (source) => parseLog(await tail(logFile(paths, source), lines), source)),
  );
  return all
    .flat()
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .slice(-lines);
}

/**
 * Why dockerd ended: the line with the reason; else its last `count` error lines, and containerd's, the
 * newest last; if there are none, the last lines.
 */
export async function dockerdErrors(paths: RootPaths, count: number, sinceByte = 0): Promise<string[]> {
  const all = await tail(logFile(paths, 'dockerd'), 400, sinceByte);
  const errors = all.filter((line) =>
    /level=(error|fatal|panic)|^(failed|unable|panic|fatal|invalid|error)/i.test(line),
  );
  // Other lines may be about features that it runs without, such as plugins of containerd.
  const reasons = errors.filter((line) => /^failed to start daemon|level=(fatal|panic)/i.test(line));
  return ([reasons, errors].find((lines) => lines.length > 0) ?? all).slice(-count);
}

/** The message of dockerd's `time=… level=… msg="…"` lines. */
export function plainLogLine(line: string): string {
  const message = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  return message === undefined ? line : message.replace(/\\(.)/g, '$1');
}

export async function logSize(paths: RootPaths, source: LogSource): Promise<number> {
  return (await stat(logFile(paths, source)).catch(() => null))?.size ?? 0;
}

/** Separates the text of a line from the reference to its sentence. */
const fieldSeparator = '\t';

const referenceField = ({ sentence }: EngineLogLine): string =>
  sentence === undefined ? '' : `${fieldSeparator}${JSON.stringify(sentence)}`;

/** Splits a line of the supervisor into its text and the reference to its sentence, if it has one. */
function splitReference(written: string): Pick<EngineLogLine, 'text' | 'sentence'> {
  const at = written.indexOf(`${fieldSeparator}{`);
  if (at < 0) return { text: written };
  try {
    const parsed = messageReferenceSchema.safeParse(JSON.parse(written.slice(at + 1)));
    return parsed.success ? { text: written.slice(0, at), sentence: parsed.data } : { text: written };
  } catch {
    return { text: written };
  }
}

/** Lines of one log as entries. Times: our own prefix, or dockerd's `time="…"`. */
export function parseLog(texts: readonly string[], source: LogSource): EngineLogLine[] {
  let at = '';
  return texts.map((raw) => {
    const own = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (.*)$/s.exec(raw);
    const engine = /\btime="([^"]+)"\s*/.exec(raw);
    const time = own?.[1] ?? engine?.[1];
    const ms = time === undefined ? NaN : Date.parse(time);
    if (!Number.isNaN(ms)) at = new Date(ms).toISOString();
    const text = own?.[2] ?? (engine === null ? raw : raw.replace(engine[0], ''));
    return { at, source, ...(source === 'supervisor' ? splitReference(text) : { text }) };
  });
}

/** Maximum that is read of a log at once, from its end, in bytes. */
const maxReadBytes = 1024 * 1024;

/** Last lines of a file, reading at most 1 MB from its end; [] if there is none or it may not be read. */
async function tail(file: string, lines: number, sinceByte = 0): Promise<string[]> {
  return splitLines((await readFrom(file, sinceByte)).bytes).slice(-lines);
}

/** The bytes of a file after `sinceByte`, at most the last 1 MB, and the offset at which they begin. */
async function readFrom(
  file: string,
  sinceByte: number,
): Promise<{ readonly from: number; readonly bytes: Buffer }> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return { from: 0, bytes: Buffer.alloc(0) };
  try {
    const { size } = await handle.stat();
    // A log truncated meanwhile starts at 0 again.
    const from = Math.max(sinceByte <= size ? sinceByte : 0, size - maxReadBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return { from, bytes: buffer.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}

const splitLines = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => cutLine(line));

/** Logs that are followed. */
export interface LogFollower {
  /** Reports everything appended so far, and ends. */
  close(): Promise<void>;
}

/** Calls `onLog` with each line that is appended to the logs from now on, on events of the file system. */
export async function followLogs(
  paths: RootPaths,
  onLog: (line: EngineLogLine) => void,
): Promise<LogFollower> {
  const readUpTo = new Map(
    await Promise.all(logSources.map(async (source) => [source, await logSize(paths, source)] as const)),
  );
  const readAppended = async (source: LogSource): Promise<void> => {
    const { from, bytes } = await readFrom(logFile(paths, source), readUpTo.get(source) ?? 0);
    // An incomplete line is read together with its end.
    const complete = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    readUpTo.set(source, from + complete.length);
    for (const line of parseLog(splitLines(complete).slice(-1000), source))
      onLog(line.at === '' ? { ...line, at: new Date().toISOString() } : line);
  };
  // One read at a time; a pending read is not added again.
  let reading: Promise<void> = Promise.resolve();
  const unread = new Set<LogSource>();
  const read = (sources: readonly LogSource[]): void => {
    for (const source of sources) {
      if (unread.has(source)) continue;
      unread.add(source);
      reading = reading.then(() => {
        unread.delete(source);
        // What cannot be read now is read when the file changes again.
        return readAppended(source).catch(() => undefined);
      });
    }
  };
  const endWatch = watchDirectory(paths.logs, (name) => {
    read(name === null ? logSources : logSources.filter((source) => name === `${source}.log`));
  });
  return {
    close: async () => {
      endWatch();
      read(logSources);
      await reading;
    },
  };
}
