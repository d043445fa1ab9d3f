import path from 'node:path';
import type { ActivitySummary } from '../../../shared/audit/activity.ts';
import { activityFeed, type ActivityFeed, type FeedBatch, type FeedOptions } from './feed.ts';
import { targets } from './feed-fixture.ts';
import { userNames, type UserNames } from './user-names.ts';

/** Where the running test has its log, and the feeds that it started. */
export interface FeedStage {
  readonly directory: string;
  readonly file: string;
  readonly feeds: ActivityFeed[];
}

/** Feeds of the log of the running test. */
export function feedsOf(stage: () => FeedStage) {
  /** A machine on which 1000 is sam, and whose database returns the result of `ask`. */
  const names = (
    ask: (users: readonly string[]) => Promise<string> = () => Promise.resolve(''),
  ): UserNames => {
    const machine = userNames(path.join(stage().directory, 'no passwd'), Date.now, ask);
    return {
      ...machine,
      of: (uid) => (uid === 1000 ? 'sam' : machine.of(uid)),
      needsLookup: (uid): uid is number => uid !== 1000 && machine.needsLookup(uid),
    };
  };

  /** A feed that can be waited for: `until` resolves with what arrived, as soon as it matches. */
  function follow(options: Partial<FeedOptions> = {}) {
    const got: { batches: FeedBatch[]; summary: ActivitySummary | null } = { batches: [], summary: null };
    let wake: () => void = () => undefined;
    const feed = activityFeed(stage().file, {
      seenUntil: null,
      names: names(),
      ...options,
      onSummary: (summary) => {
        got.summary = summary;
        wake();
      },
    });
    feed.onBatch((batch) => {
      got.batches.push(batch);
      wake();
    });
    stage().feeds.push(feed);
    const until = async (wanted: () => boolean) => {
      while (!wanted())
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    };
    const live = () =>
      targets(got.batches.filter((batch) => !batch.history).flatMap((batch) => batch.entries));
    return { feed, got, until, live };
  }
  return { names, follow };
}
