import { appendFile, rename, stat } from 'node:fs/promises';

/** One line of the audit file (JSONL). Decisions that only let something pass unchanged are not logged. */
export interface AuditEntry {
  readonly outcome: 'allow' | 'rewrite' | 'deny';
  readonly rule: string;
  /** JSON pointer into the settings that would change the outcome, or null. */
  readonly setting: string | null;
  /** What the client was told, or what was changed. */
  readonly message: string;
  readonly client: { readonly uid: number | null; readonly pid: number | null };
  readonly method: string;
  readonly target: string;
  readonly container?: string | undefined;
  readonly image?: string | undefined;
}

export interface DecisionLog {
  write(entry: AuditEntry): void;
  /** Resolves when everything written so far is on disk. */
  flush(): Promise<void>;
}

const maxBytes = 10 * 1024 * 1024;
/** Entries waiting for a slow disk; more are dropped and counted, so that a flood of requests cannot eat the memory. */
const maxWaiting = 10_000;

/**
 * Appends decisions to `file`, mode 0640; at 10 MB the file becomes `file.1` (one generation is kept). Null: nowhere.
 * Trouble with the file never stops a decision; it is reported once through `onError`.
 */
export function openDecisionLog(file: string | null, onError: (message: string) => void): DecisionLog {
  if (file === null) return { write: () => undefined, flush: () => Promise.resolve() };
  let waiting: string[] = [];
  let dropped = 0;
  let writing: Promise<void> | null = null;
  let complained = false;

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.join('');
      waiting = [];
      try {
        const size = await stat(file).then((info) => info.size, () => 0);
        if (size > maxBytes) await rename(file, `${file}.1`);
        await appendFile(file, batch, { mode: 0o640 });
        complained = false;
      } catch (error) {
        if (!complained) onError(`the audit log ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
        complained = true;
      }
    }
    writing = null;
  };

  return {
    write: (entry) => {
      if (waiting.length >= maxWaiting) { dropped++; return; }
      const line = { time: new Date().toISOString(), ...entry, ...(dropped > 0 ? { droppedBefore: dropped } : {}) };
      dropped = 0;
      waiting.push(`${JSON.stringify(line)}\n`);
      writing ??= run();
    },
    flush: async () => { while (writing !== null) await writing; },
  };
}
