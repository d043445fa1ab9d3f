import path from 'node:path';
import type { RootPaths } from '../base/root-paths.ts';

/** How many groups are recreated concurrently: most of their time is spent waiting. */
export const recreationsAtOnce = 8;

/**
 * The possible journals: each group in progress has one of its own, `DIR/recreate-journal.json`,
 * `DIR/recreate-journal-2.json`, ….
 */
export const recreateJournalPaths = ({ root }: Pick<RootPaths, 'root'>): string[] =>
  Array.from({ length: recreationsAtOnce }, (_, index) =>
    path.join(root, index === 0 ? 'recreate-journal.json' : `recreate-journal-${index + 1}.json`),
  );
