import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { auditEntrySchema, type StoredAuditEntry } from '../../shared/audit/entry.ts';
import { decisionLogFiles, maxLineBytes } from './decision-log.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** Parses a line; null where it is no entry (truncated by a kill). */
function parseLine(line: string): StoredAuditEntry | null {
  try {
    const parsed = auditEntrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const newline = 0x0a;

/**
 * The position in a file: the start of its first incomplete line. Within an overlong line, `skipping` until
 * its end.
 */
interface ReadPosition {
  readonly at: number;
  readonly skipping: boolean;
}

/**
 * Reads an open file from a position, line by line, with at most one line in memory; '' stands for an
 * overlong one.
 */
async function readLines(
  handle: FileHandle,
  from: ReadPosition,
  line: (text: string) => void,
): Promise<ReadPosition> {
  let { at, skipping } = from;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for await (const chunk of handle.createReadStream({
    start: at,
    autoClose: false,
    highWaterMark: 256 * 1024,
  })) {
    // A stream without an encoding gives buffers.
    let bytes = chunk as Buffer;
    if (skipping) {
      const end = bytes.indexOf(newline);
      at += end === -1 ? bytes.length : end + 1;
      if (end === -1) continue;
      skipping = false;
      bytes = bytes.subarray(end + 1);
    }
    const last = bytes.lastIndexOf(newline);
    if (last !== -1) {
      const whole = Buffer.concat([...waiting, bytes.subarray(0, last)]);
      for (const one of whole.toString('utf8').split('\n')) line(one.length > maxLineBytes ? '' : one);
      at += whole.length + 1;
      waiting = [];
      waitingBytes = 0;
      bytes = bytes.subarray(last + 1);
    }
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes > maxLineBytes) {
      line('');
      at += waitingBytes;
      skipping = true;
      waiting = [];
      waitingBytes = 0;
    }
  }
  return { at, skipping };
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly id: string;
  /** When it was created: a later file may get the same inode. */
  readonly birth: bigint;
  readonly size: number;
}

/**
 * Opens the files of the log, oldest first: a later rotation does not affect what is read. A concurrent one
 * is waited for.
 */
async function openAll(file: string): Promise<OpenFile[]> {
  for (;;) {
    const names = await decisionLogFiles(file);
    const opened: OpenFile[] = [];
    let isUnchanged = true;
    try {
      for (const name of names) {
        const handle = await open(name, 'r').catch(absent);
        if (handle === null) {
          isUnchanged = false;
          break;
        }
        const info = await handle.stat({ bigint: true });
        opened.push({
          handle,
          id: `${info.dev}:${info.ino}`,
          birth: info.birthtimeNs,
          size: Number(info.size),
        });
      }
      const after = await decisionLogFiles(file);
      const ids = await Promise.all(
        after.map((name) =>
          stat(name, { bigint: true }).then(
            (info) => `${info.dev}:${info.ino}`,
            () => '',
          ),
        ),
      );
      if (isUnchanged && ids.join(' ') === opened.map(({ id }) => id).join(' ')) return opened;
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
    await closeAll(opened);
  }
}

const closeAll = (files: readonly OpenFile[]) => Promise.all(files.map(({ handle }) => handle.close()));

function absent(error: unknown): null {
  if (systemCode(error) !== 'ENOENT') throw error;
  return null;
}

/** Receives what a reader reads. */
export interface LogListener {
  entry(entry: StoredAuditEntry): void;
  /** A line that is no entry, or too long for one. */
  broken?(): void;
}

/**
 * Reads a decision log, rotated files included, and later what was added, also after files were rotated,
 * truncated, removed or replaced. One `readNew` at a time. It keeps no entries.
 */
export class DecisionLogReader {
  #file: string;
  #listener: LogListener;
  /** Positions by inode: names change at a rotation. */
  #positions = new Map<string, ReadPosition & { readonly birth: bigint }>();
  /** The positions of a log that was missing completely, with its directory: it may come back. */
  #lostPositions: ReadonlyMap<string, ReadPosition & { readonly birth: bigint }> = new Map();
  constructor(file: string, listener: LogListener) {
    this.#file = file;
    this.#listener = listener;
  }

  /**
   * Reports everything that was added since the last call, oldest first; resolves with the number of files.
   * Rejects when one can't be read.
   */
  async readNew(): Promise<number> {
    const line = (text: string) => {
      const parsed = text === '' ? null : parseLine(text);
      if (parsed === null) this.#listener.broken?.();
      else this.#listener.entry(parsed);
    };
    const files = await openAll(this.#file);
    const positions = new Map<string, ReadPosition & { readonly birth: bigint }>();
    try {
      for (const { handle, id, birth, size } of files) {
        const before = this.#positionIn(id, birth) ?? { at: 0, skipping: false };
        // Shorter than the position: it was truncated.
        const now =
          size === before.at
            ? before
            : await readLines(handle, size < before.at ? { at: 0, skipping: false } : before, line);
        positions.set(id, { ...now, birth });
      }
    } finally {
      await closeAll(files);
    }
    if (files.length > 0) this.#lostPositions = new Map();
    else if (this.#positions.size > 0) this.#lostPositions = this.#positions;
    this.#positions = positions;
    return files.length;
  }

  /** The position in a file, also from before the whole log was missing; null for another with its inode. */
  #positionIn(id: string, birth: bigint): ReadPosition | null {
    const known = [this.#positions.get(id), this.#lostPositions.get(id)];
    return known.find((position) => position?.birth === birth) ?? null;
  }
}

/** How `readDecisionLog` follows a log. */
export interface LogFollowing {
  /** Ends it. */
  readonly signal: AbortSignal;
  /**
   * Calls `onChange` when something in the directory may have changed, also after it was deleted and created
   * again; returns how to stop.
   */
  readonly watchDirectory: (directory: string, onChange: () => void) => () => void;
}

/** How often a followed log is read without an event, ms: not every file system reports them. */
const pollMs = 5_000;

/**
 * Reports every entry of a decision log, oldest first, rotated files included. With `following` it then
 * follows the log, through rotation and the loss of its directory, until the signal is aborted; resolves at
 * the end. Rejects when the files can't be read.
 */
export async function readDecisionLog(
  file: string,
  entry: (entry: StoredAuditEntry) => void,
  following: LogFollowing | null,
): Promise<void> {
  const reader = new DecisionLogReader(file, { entry });
  await reader.readNew();
  if (following === null || following.signal.aborted) return;
  await new Promise<void>((resolve, reject) => {
    let running = false;
    let again = false;
    const run = async () => {
      if (running) {
        again = true;
        return;
      }
      running = true;
      do {
        again = false;
        await reader.readNew();
      } while (again);
      running = false;
    };
    const readSoon = () => {
      run().catch((error: unknown) => {
        stop();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    };
    const unwatch = following.watchDirectory(path.dirname(file), readSoon);
    const poll = setInterval(readSoon, pollMs);
    const stop = () => {
      unwatch();
      clearInterval(poll);
    };
    following.signal.addEventListener(
      'abort',
      () => {
        stop();
        resolve();
      },
      { once: true },
    );
    readSoon();
  });
}
