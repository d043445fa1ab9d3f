import { open, stat, type FileHandle } from 'node:fs/promises';
import { watch } from 'node:fs';
import path from 'node:path';
import { auditEntrySchema, type StoredAuditEntry } from '../../shared/audit/entry.ts';
import { decisionLogFiles, maxLineBytes } from './decision-log.ts';

/** A line that is no entry (cut short by a kill) is left out. */
export function parseLine(line: string): StoredAuditEntry | null {
  try {
    const parsed = auditEntrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const newline = 0x0a;

/**
 * How far a file was read: the start of its first line that is not whole yet. Within an overlong line,
 * `skipping` until its end.
 */
interface Reached {
  readonly at: number;
  readonly skipping: boolean;
}

/**
 * Reads an open file on, line by line, and never keeps more than one line of it; '' stands for an overlong
 * one.
 */
async function readLines(handle: FileHandle, from: Reached, line: (text: string) => void): Promise<Reached> {
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
 * The log's files, oldest first, opened: a rotation from now on changes nothing about what is read. One in
 * the middle is waited out.
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

function absent(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}

/** What of a log a reader hears. */
export interface LogListener {
  entry(entry: StoredAuditEntry): void;
  /** A line that is no entry, or too long for one. */
  broken?(): void;
}

/**
 * Reads a decision log, rotated files included, and later what was added: through rotation, files that were
 * emptied, removed or replaced. One `pass` at a time. It keeps nothing of what it read.
 */
export class DecisionLogReader {
  #file: string;
  #listener: LogListener;
  /** How far each file was read, by inode: names move on at a rotation. */
  #reached = new Map<string, Reached & { readonly birth: bigint }>();
  /** The same of a log that was gone as a whole, with its directory: it may come back. */
  #lost: ReadonlyMap<string, Reached & { readonly birth: bigint }> = new Map();
  constructor(file: string, listener: LogListener) {
    this.#file = file;
    this.#listener = listener;
  }

  /**
   * Tells everything that was added since the last pass, oldest first; the value is how many files the log
   * has now. Rejects when one can't be read.
   */
  async pass(): Promise<number> {
    const line = (text: string) => {
      const parsed = text === '' ? null : parseLine(text);
      if (parsed === null) this.#listener.broken?.();
      else this.#listener.entry(parsed);
    };
    const files = await openAll(this.#file);
    const reached = new Map<string, Reached & { readonly birth: bigint }>();
    try {
      for (const { handle, id, birth, size } of files) {
        const before = this.#reached.get(id) ?? this.#lostReached(id, birth) ?? { at: 0, skipping: false };
        // Shorter than what was read: it was emptied.
        const now =
          size === before.at
            ? before
            : await readLines(handle, size < before.at ? { at: 0, skipping: false } : before, line);
        reached.set(id, { ...now, birth });
      }
    } finally {
      await closeAll(files);
    }
    if (files.length > 0) this.#lost = new Map();
    else if (this.#reached.size > 0) this.#lost = this.#reached;
    this.#reached = reached;
    return files.length;
  }

  /** How far a file was read before the whole log was gone; null for another file with its inode. */
  #lostReached(id: string, birth: bigint): Reached | null {
    const lost = this.#lost.get(id);
    return lost?.birth === birth ? lost : null;
  }
}

/**
 * Tells every entry of a decision log, oldest first, rotated files included. With a signal it then follows
 * the log, through rotation, until the signal; resolves at the end. Rejects when the files can't be read.
 */
export async function readDecisionLog(
  file: string,
  entry: (entry: StoredAuditEntry) => void,
  follow: AbortSignal | null,
): Promise<void> {
  const reader = new DecisionLogReader(file, { entry });
  await reader.pass();
  if (follow === null || follow.aborted) return;
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
        await reader.pass();
      } while (again);
      running = false;
    };
    const failed = (error: unknown) => {
      watcher.close();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const watcher = watch(path.dirname(file), (_event, name) => {
      if (name === null || name.startsWith(path.basename(file))) run().catch(failed);
    });
    watcher.on('error', failed);
    follow.addEventListener(
      'abort',
      () => {
        watcher.close();
        resolve();
      },
      { once: true },
    );
    run().catch(failed);
  });
}
