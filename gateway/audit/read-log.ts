import { open, stat, type FileHandle } from 'node:fs/promises';
import { watch } from 'node:fs';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { auditEntrySchema, type StoredAuditEntry } from '../../shared/audit/entry.ts';
import { decisionLogFiles } from './decision-log.ts';

/** A line that is no entry (cut short by a kill) is left out. */
export function parseLine(line: string): StoredAuditEntry | null {
  try {
    const parsed = auditEntrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch { return null; }
}

/** Reads an open file from `from` on, line by line; the value is how far whole lines went. */
async function readLines(handle: FileHandle, from: number, line: (text: string) => void): Promise<number> {
  const decoder = new StringDecoder('utf8');
  let at = from;
  let rest = '';
  for await (const chunk of handle.createReadStream({ start: from, autoClose: false, highWaterMark: 256 * 1024 })) {
    // A stream without an encoding gives buffers.
    const bytes = chunk as Buffer;
    at += bytes.length;
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
  }
  return at - Buffer.byteLength(rest);
}

interface OpenFile { readonly handle: FileHandle; readonly id: string; readonly size: number }

/** The log's files, oldest first, opened: a rotation from now on changes nothing about what is read. One in the middle is waited out. */
async function openAll(file: string): Promise<OpenFile[]> {
  for (;;) {
    const names = await decisionLogFiles(file);
    const opened: OpenFile[] = [];
    let steady = true;
    for (const name of names) {
      const handle = await open(name, 'r').catch(absent);
      if (handle === null) { steady = false; break; }
      const info = await handle.stat({ bigint: true });
      opened.push({ handle, id: `${info.dev}:${info.ino}`, size: Number(info.size) });
    }
    const after = await decisionLogFiles(file);
    const ids = await Promise.all(after.map((name) => stat(name, { bigint: true }).then((info) => `${info.dev}:${info.ino}`, () => '')));
    if (steady && ids.join(' ') === opened.map(({ id }) => id).join(' ')) return opened;
    await Promise.all(opened.map(({ handle }) => handle.close()));
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}

/**
 * Tells every entry of a decision log, oldest first, rotated files included. With a signal it then follows the log, through rotation,
 * until the signal; resolves at the end. Rejects when the files can't be read.
 */
export async function readDecisionLog(file: string, entry: (entry: StoredAuditEntry) => void, follow: AbortSignal | null): Promise<void> {
  const line = (text: string) => {
    const parsed = text === '' ? null : parseLine(text);
    if (parsed !== null) entry(parsed);
  };
  /** How far each file was read, by inode: names move on at a rotation. */
  let done = new Map<string, number>();
  const pass = async () => {
    const files = await openAll(file);
    const reached = new Map<string, number>();
    try {
      for (const { handle, id, size } of files) {
        const before = done.get(id) ?? 0;
        // Shorter than what was read: it was emptied.
        reached.set(id, size === before ? before : await readLines(handle, size < before ? 0 : before, line));
      }
    } finally { await Promise.all(files.map(({ handle }) => handle.close())); }
    done = reached;
  };
  await pass();
  if (follow === null || follow.aborted) return;
  await new Promise<void>((resolve, reject) => {
    let running = false;
    let again = false;
    const run = async () => {
      if (running) { again = true; return; }
      running = true;
      do { again = false; await pass(); } while (again);
      running = false;
    };
    const failed = (error: unknown) => { watcher.close(); reject(error instanceof Error ? error : new Error(String(error))); };
    const watcher = watch(path.dirname(file), (_event, name) => { if (name === null || name.startsWith(path.basename(file))) run().catch(failed); });
    watcher.on('error', failed);
    follow.addEventListener('abort', () => { watcher.close(); resolve(); }, { once: true });
    run().catch(failed);
  });
}
