import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { DecisionLogReader } from '../../../gateway/audit/read-log.ts';
import {
  activityDepth,
  activityPageSize,
  type ActivityEntry,
  type ActivityState,
  type ActivitySummary,
} from '../../../shared/audit/activity.ts';
import { DenialCounts } from './denials.ts';
import { userNames, type UserNames } from './user-names.ts';
import { inView } from './entry-view.ts';
import { missingFileState, unreadable } from './log-state.ts';

/**
 * Entries that came together. `left`: of a flood only the newest are here. `history`: they were in the log
 * before it was followed.
 */
export interface FeedBatch {
  readonly entries: readonly ActivityEntry[];
  readonly left: number;
  readonly history: boolean;
}

export interface FeedOptions {
  /** Denials up to this moment were seen. */
  readonly seenUntil: string | null;
  /** Called at most a few times a second. */
  readonly onSummary: (summary: ActivitySummary) => void;
  readonly names?: UserNames;
  readonly now?: () => number;
}

/** One engine's decision log, followed while the engine is open. */
export interface ActivityFeed {
  /** Reads the log and follows it from then on. Resolves when what is there was read, or could not be. */
  start(): Promise<void>;
  stop(): void;
  summary(): ActivitySummary;
  /** Up to `limit` entries in view before `before` (a seq; null: the newest), newest last. */
  page(
    before: number | null,
    limit: number,
  ): { readonly entries: readonly ActivityEntry[]; readonly more: boolean };
  /** New entries, about a frame's worth at a time. Returns how to stop. */
  onBatch(listener: (batch: FeedBatch) => void): () => void;
  /** Denials so far count as seen; the value is until when. */
  markSeen(): string;
}

/**
 * New lines are noticed by events of the directory. Polling finds what no event reports, and a log that does
 * not exist yet.
 */
const pollIntervalMs = 3_000;
/** Many events in a row are read in passes with at least this interval. */
const minPassIntervalMs = 30;
const batchMs = 32;
const summaryMs = 250;
/** Files the gateway retains; with fewer, no entry was rotated away. */
const retainedFiles = 5;

export function activityFeed(file: string, options: FeedOptions): ActivityFeed {
  const names = options.names ?? userNames();
  /** Ids that are being looked up: their entries wait for it, so that no number turns into a name. */
  const unnamed = new Set<number>();
  const counts = new DenialCounts(options.seenUntil, options.now);
  const listeners = new Set<(batch: FeedBatch) => void>();
  let state: ActivityState = { kind: 'reading' };
  let entries: ActivityEntry[] = [];
  let seq = 0;
  let files = 0;
  let since: string | null = null;
  let history = true;
  let fresh: ActivityEntry[] = [];
  let left = 0;
  let stopped = false;
  let watcher: { readonly close: () => void; readonly inode: bigint } | undefined;
  let batchTimer: NodeJS.Timeout | undefined;
  let summaryTimer: NodeJS.Timeout | undefined;
  let slow: NodeJS.Timeout | undefined;

  const summary = (): ActivitySummary => ({
    state,
    entries: entries.length,
    since,
    rotatedAway: files >= retainedFiles,
    ...counts.summary(),
  });
  const summarySoon = () => {
    if (!stopped)
      summaryTimer ??= setTimeout(() => {
        summaryTimer = undefined;
        options.onSummary(summary());
      }, summaryMs);
  };
  const flush = () => {
    clearTimeout(batchTimer);
    batchTimer = undefined;
    if (fresh.length === 0 || unnamed.size > 0) return;
    const batch: FeedBatch = { entries: fresh, left, history };
    fresh = [];
    left = 0;
    for (const listener of [...listeners]) listener(batch);
  };

  const reader = new DecisionLogReader(file, {
    entry(stored) {
      const entry = inView(stored, ++seq, names.of(stored.client.uid));
      if (entry.user === null && names.needsLookup(entry.client.uid)) unnamed.add(entry.client.uid);
      since ??= entry.time;
      counts.add(entry, !history);
      entries.push(entry);
      fresh.push(entry);
      // Trimmed now and then, not at every entry.
      if (entries.length > activityDepth + 1000) entries = entries.slice(-activityDepth);
      if (fresh.length > activityDepth + 1000) {
        left += fresh.length - activityDepth;
        fresh = fresh.slice(-activityDepth);
      }
      if (!history) batchTimer ??= setTimeout(flush, batchMs);
      summarySoon();
    },
  });

  const pass = async (): Promise<void> => {
    try {
      files = await reader.pass();
      if (unnamed.size > 0) await nameThem();
      become(files > 0 ? { kind: 'following' } : await missingFileState(file));
    } catch (error) {
      become(unreadable(file, error));
    }
  };
  const nameThem = async (): Promise<void> => {
    const some = await names.lookUp(unnamed).catch(() => false);
    unnamed.clear();
    const named = (entry: ActivityEntry): ActivityEntry =>
      entry.user === null ? { ...entry, user: names.of(entry.client.uid) } : entry;
    if (some) {
      entries = entries.map(named);
      fresh = fresh.map(named);
    }
    if (!history && !stopped && fresh.length > 0) batchTimer ??= setTimeout(flush, batchMs);
  };
  const become = (next: ActivityState) => {
    if (next.kind === state.kind && next.kind !== 'unreadable') return;
    state = next;
    summarySoon();
  };

  let running: Promise<void> | undefined;
  let again = false;
  const readNewEntries = (): Promise<void> => {
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await pass();
        // An event during the pause asks for another pass.
        if (!history && !stopped)
          await new Promise((resolve) => {
            setTimeout(resolve, minPassIntervalMs);
          });
      } while (again && !stopped);
      running = undefined;
    })();
    return running;
  };

  const unwatch = () => {
    watcher?.close();
    watcher = undefined;
  };
  const watchDirectory = async (): Promise<void> => {
    const directory = path.dirname(file);
    const inode = await stat(directory, { bigint: true }).then(
      (info) => info.ino,
      () => null,
    );
    // Another directory under the name: events of the old one tell nothing.
    if (watcher !== undefined && watcher.inode !== inode) unwatch();
    if (stopped || watcher !== undefined || inode === null) return;
    try {
      const opened: FSWatcher = watch(directory, (_event, name) => {
        if (name === null || name.startsWith(path.basename(file))) void readNewEntries();
      });
      opened.on('error', unwatch);
      watcher = {
        close: () => {
          opened.close();
        },
        inode,
      };
    } catch {
      /* no rights, or no watches left: looking again now and then has to do */
    }
  };

  return {
    async start() {
      await watchDirectory();
      await readNewEntries();
      entries = entries.slice(-activityDepth);
      flush();
      history = false;
      clearTimeout(summaryTimer);
      summaryTimer = undefined;
      if (stopped) return;
      options.onSummary(summary());
      slow = setInterval(() => {
        void watchDirectory().then(readNewEntries);
      }, pollIntervalMs);
    },
    stop() {
      stopped = true;
      clearInterval(slow);
      clearTimeout(batchTimer);
      clearTimeout(summaryTimer);
      unwatch();
      listeners.clear();
    },
    summary,
    page(before, limit) {
      const end = before === null ? entries.length : lowerBound(entries, before);
      const start = Math.max(0, end - Math.min(limit, activityPageSize), entries.length - activityDepth);
      return {
        entries: entries.slice(start, Math.max(start, end)),
        more: start > Math.max(0, entries.length - activityDepth),
      };
    },
    onBatch(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    markSeen() {
      const until = counts.markSeen();
      summarySoon();
      return until;
    },
  };
}

/** Index of the first entry whose seq is not below `seq`. */
function lowerBound(entries: readonly ActivityEntry[], seq: number): number {
  let low = 0,
    high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
