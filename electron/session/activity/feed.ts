import { DecisionLogReader } from '../../../gateway/audit/read-log.ts';
import {
  type ActivityEntry,
  type ActivityState,
  type ActivitySummary,
  userIdOf,
} from '../../../shared/audit/activity.ts';
import { DenialCounts } from './denials.ts';
import { userNames, type UserNames } from './user-names.ts';
import { inView } from './entry-view.ts';
import { FeedEntries } from './feed-entries.ts';
import { LogDirectoryWatch } from './log-directory-watch.ts';
import { missingFileState, unreadable } from './log-state.ts';

/**
 * Entries that arrived together. `left`: number of older ones left out of a large batch. `history`: they were
 * in the log before it was followed.
 */
export interface FeedBatch {
  readonly entries: readonly ActivityEntry[];
  readonly left: number;
  readonly history: boolean;
}

export interface FeedOptions {
  /** Denials up to this time were seen. */
  readonly seenUntil: string | null;
  /** Called at most a few times a second. */
  readonly onSummary: (summary: ActivitySummary) => void;
  readonly names?: UserNames;
  readonly now?: () => number;
}

/** One engine's decision log, followed while the engine is open. */
export interface ActivityFeed {
  /**
   * Reads the log and follows it from then on. Resolves when the existing entries were read, or could not be.
   */
  start(): Promise<void>;
  stop(): void;
  summary(): ActivitySummary;
  /** Up to `limit` kept entries before `before` (a seq; null: the newest), newest last. */
  page(
    before: number | null,
    limit: number,
  ): { readonly entries: readonly ActivityEntry[]; readonly more: boolean };
  /** New entries, in batches of about a frame. Returns how to stop. */
  onBatch(listener: (batch: FeedBatch) => void): () => void;
  /** Marks the denials so far as seen; the value is the time up to which. */
  markSeen(): string;
}

/**
 * New lines are detected by events of the directory. Polling finds what no event reports, and a log that does
 * not exist yet.
 */
const pollIntervalMs = 3_000;
/** Many events in a row are handled in passes with at least this interval. */
const minPassIntervalMs = 30;
const batchMs = 32;
const summaryMs = 250;
/** Files the gateway retains; with fewer, no entry was rotated away. */
const retainedFiles = 5;

export function activityFeed(file: string, options: FeedOptions): ActivityFeed {
  return new DecisionLogFeed(file, options);
}

class DecisionLogFeed implements ActivityFeed {
  readonly #file: string;
  readonly #onSummary: (summary: ActivitySummary) => void;
  readonly #names: UserNames;
  readonly #counts: DenialCounts;
  readonly #entries = new FeedEntries();
  readonly #reader: DecisionLogReader;
  readonly #directory: LogDirectoryWatch;
  readonly #listeners = new Set<(batch: FeedBatch) => void>();
  /**
   * Ids that are being looked up: their entries wait for it, so that no displayed number turns into a name.
   */
  readonly #unnamed = new Set<number>();
  #state: ActivityState = { kind: 'reading' };
  #seq = 0;
  #files = 0;
  #since: string | null = null;
  /** Until the existing log is read. */
  #isHistory = true;
  #isStopped = false;
  /** One pass at a time; another one follows if it was requested meanwhile. */
  #passes: Promise<void> | undefined;
  #isPassRequested = false;
  #batchTimer: NodeJS.Timeout | undefined;
  #summaryTimer: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  constructor(file: string, options: FeedOptions) {
    this.#file = file;
    this.#onSummary = options.onSummary;
    this.#names = options.names ?? userNames();
    this.#counts = new DenialCounts(options.seenUntil, options.now);
    this.#reader = new DecisionLogReader(file, {
      entry: (stored) => {
        this.#add(inView(stored, ++this.#seq, this.#names.of(userIdOf(stored))));
      },
    });
    this.#directory = new LogDirectoryWatch(file, () => {
      void this.#readNewEntries();
    });
  }

  async start(): Promise<void> {
    await this.#directory.open();
    await this.#readNewEntries();
    this.#entries.trim();
    this.#flush();
    this.#isHistory = false;
    clearTimeout(this.#summaryTimer);
    this.#summaryTimer = undefined;
    if (this.#isStopped) return;
    this.#onSummary(this.summary());
    this.#poll = setInterval(() => {
      void this.#directory.open().then(() => this.#readNewEntries());
    }, pollIntervalMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#batchTimer);
    clearTimeout(this.#summaryTimer);
    this.#directory.close();
    this.#listeners.clear();
  }

  summary(): ActivitySummary {
    return {
      state: this.#state,
      entries: this.#entries.count,
      since: this.#since,
      rotatedAway: this.#files >= retainedFiles,
      ...this.#counts.summary(),
    };
  }

  page(before: number | null, limit: number): ReturnType<ActivityFeed['page']> {
    return this.#entries.page(before, limit);
  }

  onBatch(listener: (batch: FeedBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  markSeen(): string {
    const until = this.#counts.markSeen();
    this.#summarySoon();
    return until;
  }

  #add(entry: ActivityEntry): void {
    const uid = userIdOf(entry);
    if (entry.user === null && this.#names.needsLookup(uid)) this.#unnamed.add(uid);
    this.#since ??= entry.time;
    this.#counts.add(entry, !this.#isHistory);
    this.#entries.add(entry);
    if (!this.#isHistory) this.#flushSoon();
    // Looking up names may take longer than it takes until the next summary, which would report both.
    if (this.#state.kind === 'unreadable') this.#become({ kind: 'following' });
    this.#summarySoon();
  }

  #readNewEntries(): Promise<void> {
    if (this.#passes !== undefined) {
      this.#isPassRequested = true;
      return this.#passes;
    }
    const passes = this.#runPasses();
    this.#passes = passes;
    return passes;
  }

  async #runPasses(): Promise<void> {
    do {
      this.#isPassRequested = false;
      await this.#pass();
      // An event during the pause requests another pass.
      if (!this.#isHistory && !this.#isStopped)
        await new Promise((resolve) => {
          setTimeout(resolve, minPassIntervalMs);
        });
    } while (this.#isPassRequested && !this.#isStopped);
    this.#passes = undefined;
  }

  async #pass(): Promise<void> {
    try {
      this.#files = await this.#reader.readNew();
      if (this.#unnamed.size > 0) await this.#lookUpNames();
      this.#become(this.#files > 0 ? { kind: 'following' } : await missingFileState(this.#file));
    } catch (error) {
      this.#become(unreadable(this.#file, error));
    }
  }

  async #lookUpNames(): Promise<void> {
    const isAnyFound = await this.#names.lookUp(this.#unnamed).catch(() => false);
    this.#unnamed.clear();
    if (isAnyFound) this.#entries.setUsers((uid) => this.#names.of(uid));
    if (!this.#isHistory && !this.#isStopped && this.#entries.hasNew) this.#flushSoon();
  }

  #become(next: ActivityState): void {
    if (next.kind === this.#state.kind && next.kind !== 'unreadable') return;
    this.#state = next;
    this.#summarySoon();
  }

  #summarySoon(): void {
    if (!this.#isStopped)
      this.#summaryTimer ??= setTimeout(() => {
        this.#summaryTimer = undefined;
        this.#onSummary(this.summary());
      }, summaryMs);
  }

  #flushSoon(): void {
    this.#batchTimer ??= setTimeout(() => {
      this.#flush();
    }, batchMs);
  }

  #flush(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    if (!this.#entries.hasNew || this.#unnamed.size > 0) return;
    const batch: FeedBatch = { ...this.#entries.takeNew(), history: this.#isHistory };
    for (const listener of [...this.#listeners]) listener(batch);
  }
}
