import { open, stat } from 'node:fs/promises';
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

/** Reads a file from `from` on, line by line; the value is how far whole lines went. */
async function readLines(file: string, from: number, line: (text: string) => void): Promise<number> {
  const handle = await open(file, 'r');
  try {
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
  } finally { await handle.close(); }
}

/**
 * Tells every entry of a decision log, oldest first, rotated files included. With a signal it then follows the log, through rotation,
 * until the signal; resolves at the end. `entry` may be told nothing at all: an empty log is one.
 */
export async function readDecisionLog(file: string, entry: (entry: StoredAuditEntry) => void, follow: AbortSignal | null): Promise<void> {
  const line = (text: string) => {
    const parsed = text === '' ? null : parseLine(text);
    if (parsed !== null) entry(parsed);
  };
  // A rotation while the files are read moves what was to be read next: by inode, nothing is told twice or left out.
  const done = new Map<string, number>();
  const identity = async (one: string) => stat(one, { bigint: true }).then((info) => `${info.dev}:${info.ino}`, () => null);
  const pass = async () => {
    const here = new Set<string>();
    for (const one of await decisionLogFiles(file)) {
      const id = await identity(one);
      if (id === null) continue;
      here.add(id);
      const size = await stat(one).then((info) => info.size, () => 0);
      const from = done.get(id) ?? 0;
      // Shorter than what was read: another file by now, or one that was emptied.
      if (size !== from) done.set(id, await readLines(one, size < from ? 0 : from, line).catch(() => from));
    }
    for (const id of done.keys()) if (!here.has(id)) done.delete(id);
  };
  await pass();
  if (follow === null || follow.aborted) return;
  await new Promise<void>((resolve) => {
    let running = false;
    let again = false;
    const run = async () => {
      if (running) { again = true; return; }
      running = true;
      do { again = false; await pass(); } while (again);
      running = false;
    };
    const watcher = watch(path.dirname(file), (_event, name) => { if (name === null || name.startsWith(path.basename(file))) void run(); });
    follow.addEventListener('abort', () => { watcher.close(); resolve(); }, { once: true });
    void run();
  });
}
