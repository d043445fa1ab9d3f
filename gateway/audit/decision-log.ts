import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { systemCode } from '../../shared/process/system-code.ts';

export interface DecisionLog {
  write(entry: AuditEntry): void;
  /** Entries that could not be kept since the start. */
  readonly dropped: number;
  /** Resolves when everything written so far is on disk. */
  flush(): Promise<void>;
}

export interface DecisionLogOptions {
  /** A file this large becomes `FILE.1`. Default 10 MB. */
  readonly maxBytes?: number;
  /** How many files there are at most, the current one included. Default 5. */
  readonly files?: number;
}

/**
 * Entries waiting for a slow disk; more are dropped and counted, so that a flood of requests does not exhaust
 * memory.
 */
const maxQueued = 10_000;
const newline = 0x0a;
/** Maximum length of a line: readers of the log skip longer ones. */
export const maxLineBytes = 256 * 1024;
/** Maximum length of a text in a line that would be too long, characters. */
const maxTextLength = 1000;

/**
 * Appends decisions to `file`, one JSON document a line, mode 0640. At 10 MB it becomes `file.1`, that one
 * `file.2`, …; five files are kept. The file is opened for every batch, so that one that was renamed or
 * removed (logrotate) is created again, and a line that a kill truncated is ended before the next one. Null:
 * nothing is logged. A failure to write never stops a decision: it is reported once through `onError`, and
 * the entries count as dropped.
 */
export function openDecisionLog(
  file: string | null,
  onError: (message: string) => void,
  options: DecisionLogOptions = {},
): DecisionLog {
  if (file === null) return { write: () => undefined, dropped: 0, flush: () => Promise.resolve() };
  const maxBytes = options.maxBytes ?? 10 * 1024 * 1024;
  const files = options.files ?? 5;
  const run = Date.now().toString(36);
  let number = 0;
  /** Queued lines, each with the number of dropped entries it reports. */
  let queue: { readonly line: string; readonly reportedDrops: number }[] = [];
  let droppedTotal = 0;
  let unreportedDrops = 0;
  let writing: Promise<void> | null = null;
  let hasReportedError = false;

  const drop = (count: number): void => {
    droppedTotal += count;
    unreportedDrops += count;
  };
  const writeQueued = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        await rotate(file, maxBytes, files);
        await append(file, batch.map(({ line }) => line).join(''));
        hasReportedError = false;
      } catch (error) {
        drop(batch.length);
        unreportedDrops += batch.reduce((sum, { reportedDrops }) => sum + reportedDrops, 0);
        if (!hasReportedError)
          onError(
            `the audit log ${file} cannot be written: ` +
              `${error instanceof Error ? error.message : String(error)}; decisions go on without it`,
          );
        hasReportedError = true;
      }
    }
    writing = null;
  };

  return {
    write: (entry) => {
      number++;
      if (queue.length >= maxQueued) {
        drop(1);
        return;
      }
      const line = {
        id: `${run}-${number}`,
        time: new Date().toISOString(),
        ...entry,
        ...(unreportedDrops > 0 ? { droppedBefore: unreportedDrops } : {}),
      };
      queue.push({ line: `${serialize(line)}\n`, reportedDrops: unreportedDrops });
      unreportedDrops = 0;
      // Deferred: decisions of the same turn of the event loop become one write.
      writing ??= Promise.resolve().then(writeQueued);
    },
    get dropped() {
      return droppedTotal;
    },
    flush: async () => {
      while (writing !== null) await writing;
    },
  };
}

/**
 * An entry as one line of the log. If it is too long, fields that repeat the message are left out, then long
 * texts are cut.
 */
function serialize(entry: AuditEntry): string {
  const whole = JSON.stringify(entry);
  if (fits(whole)) return whole;
  const { changes: _changes, sentences: _sentences, ...rest } = entry;
  const shorter = JSON.stringify(rest);
  if (fits(shorter)) return shorter;
  return JSON.stringify(rest, (_key, value: unknown) =>
    typeof value === 'string' && value.length > maxTextLength ? `${value.slice(0, maxTextLength)}…` : value,
  );
}

const fits = (line: string): boolean => Buffer.byteLength(line) < maxLineBytes;

async function append(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a+', 0o640);
  try {
    // After a line that was truncated by a kill or a full disk, begin a new one.
    const whole = await endsWithNewline(handle);
    await handle.appendFile(whole ? text : `\n${text}`);
  } finally {
    await handle.close();
  }
}

async function endsWithNewline(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === newline;
}

/**
 * FILE → FILE.1 → FILE.2 …, oldest first, once FILE is large enough. A kill in between leaves a gap in the
 * numbers; only the oldest file is lost.
 */
async function rotate(file: string, maxBytes: number, files: number): Promise<void> {
  const size = await stat(file).then(
    (info) => info.size,
    () => 0,
  );
  if (size < maxBytes) return;
  await rm(`${file}.${files - 1}`, { force: true });
  for (let n = files - 2; n >= 1; n--) await rename(`${file}.${n}`, `${file}.${n + 1}`).catch(ignoreMissing);
  await rename(file, `${file}.1`).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

/** The existing files of a log, oldest first, the current one last. */
export async function decisionLogFiles(file: string): Promise<string[]> {
  const name = path.basename(file);
  const names = await readdir(path.dirname(file)).catch(() => [] as string[]);
  const numbers = names
    .map((one) => (one.startsWith(`${name}.`) ? one.slice(name.length + 1) : ''))
    .filter((end) => /^[1-9]\d?$/.test(end))
    .map(Number);
  return [
    ...numbers.sort((a, b) => b - a).map((n) => `${file}.${n}`),
    ...(names.includes(name) ? [file] : []),
  ];
}
