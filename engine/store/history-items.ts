import { diffSettings } from '../../shared/settings/index.ts';
import { maxCountedLength, summarizeChanges, type HistoryItem } from '../../shared/settings/history.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { StoredText } from '../base/files.ts';
import { message } from '../../shared/messages/message.ts';
import {
  isDeletion,
  readVersion,
  versionDirectory,
  versionNumbers,
  versionState,
  type HistoryEntry,
} from './history.ts';

/**
 * A version's text for comparison, '' for "no file"; null if it can't be read or is too long to compare in a
 * list.
 */
type ComparableText = string | null;

/**
 * Every version, newest first, with its changes against the previous one: including unreadable ones, the
 * current file if another program changed it since, and version 0, "no file", at the beginning. Versions
 * never change: their differences are computed once.
 */
export function historyLister(
  history: string,
): (applied: StoredText) => Promise<Result<HistoryItem[], AppError>> {
  const counted = new Map<string, Pick<HistoryItem, 'changes' | 'changed'>>();

  const difference = async (
    key: string,
    before: () => Promise<ComparableText>,
    after: () => Promise<ComparableText>,
  ): Promise<Pick<HistoryItem, 'changes' | 'changed'>> => {
    const known = counted.get(key);
    if (known !== undefined) return known;
    const [from, to] = await Promise.all([before(), after()]);
    const entryFor =
      from === null || to === null
        ? { changes: null, changed: [] }
        : summarizeChanges(diffSettings(from, to));
    counted.set(key, entryFor);
    return entryFor;
  };

  const textOf = async (version: number): Promise<ComparableText> => {
    const read = await readVersion(history, version);
    return read.ok ? comparable(read.value.settings ?? '') : null;
  };

  return async (applied) => {
    const [numbers, state] = await Promise.all([versionNumbers(history), versionState(history, applied)]);
    if (!numbers.ok) return numbers;
    if (!state.ok) return state;
    // No version of ours yet, even if there is a file.
    if (numbers.value.length === 0) return ok([]);
    const entries = new Map(state.value.entries.map((entry) => [entry.version, entry]));
    const items: HistoryItem[] = [];
    for (const [index, version] of numbers.value.entries()) {
      const entry = entries.get(version);
      if (entry === undefined) {
        items.push(unreadable(history, version));
        continue;
      }
      const previous = numbers.value[index - 1];
      const previousHash = previous === undefined ? '' : (entries.get(previous)?.hash ?? '?');
      const ofPrevious = previous === undefined ? noFile : () => textOf(previous);
      const afterDeletion = isDeletion(state.value.entries, version - 1);
      if (afterDeletion)
        items.push(deletion(version - 1, await difference(`${previousHash} `, ofPrevious, noFile)));
      const changes = await difference(
        `${afterDeletion ? '' : previousHash} ${entry.hash}`,
        afterDeletion ? noFile : ofPrevious,
        () => textOf(version),
      );
      items.push({
        ...itemOf(entry),
        ...changes,
        ...earlierVersionOf(state.value.entries, entry, afterDeletion),
        current: state.value.recorded && version === state.value.current,
      });
    }
    const newest = numbers.value.at(-1);
    if (!state.value.recorded) {
      const changes = await difference(
        `${newest === undefined ? '' : (entries.get(newest)?.hash ?? '?')} ${applied.hash}`,
        () => (newest === undefined ? Promise.resolve('') : textOf(newest)),
        () => Promise.resolve(applied.notText === undefined ? comparable(applied.text) : null),
      );
      items.push({
        ...unrecorded(state.value.current, changes),
        ...earlierVersionOf(state.value.entries, { version: state.value.current, hash: applied.hash }),
      });
    }
    if (items[0]?.version !== 0) items.unshift(versionZero);
    return ok(items.toReversed());
  };
}

/** Which version was returned to: the newest before this one with its text, unless nothing was in between. */
function earlierVersionOf(
  entries: readonly HistoryEntry[],
  { version, hash }: Pick<HistoryEntry, 'version' | 'hash'>,
  afterDeletion = false,
): Pick<HistoryItem, 'earlierVersion'> {
  const before = entries.filter((entry) => entry.version < version);
  if (hash === '' || (!afterDeletion && before.at(-1)?.hash === hash)) return {};
  const earlier = before.findLast((entry) => entry.hash === hash);
  return earlier === undefined ? {} : { earlierVersion: earlier.version };
}

/** The file as another program wrote it. */
const unrecorded = (
  version: number,
  { changes, changed }: Pick<HistoryItem, 'changes' | 'changed'>,
): HistoryItem => ({
  version,
  at: null,
  user: '',
  how: 'unrecorded',
  eci: null,
  current: true,
  changes,
  changed,
  problem: null,
});

/** Before the first version: no file. */
const versionZero: HistoryItem = {
  version: 0,
  at: null,
  user: '',
  how: 'none',
  eci: false,
  current: false,
  changes: 0,
  changed: [],
  problem: null,
};

/** Another program deleted the file; when is not known. */
const deletion = (version: number, changes: Pick<HistoryItem, 'changes' | 'changed'>): HistoryItem => ({
  ...versionZero,
  ...changes,
  version,
  eci: null,
});

const noFile = (): Promise<ComparableText> => Promise.resolve('');
const comparable = (text: string): ComparableText => (text.length > maxCountedLength ? null : text);

const itemOf = (entry: HistoryEntry): Omit<HistoryItem, 'changes' | 'changed' | 'current'> => ({
  version: entry.version,
  at: entry.at,
  user: entry.user,
  how: entry.hash === '' ? 'none' : entry.how,
  eci: entry.eci,
  problem: null,
});

function unreadable(history: string, version: number): HistoryItem {
  const path = versionDirectory(history, version);
  const { error } = fail('settings.unreadable', message('settings.version-unreadable', { version }), {
    reason: message('settings.version-record-damaged', { path }),
    hint: message('settings.other-versions-unaffected'),
    params: { path },
  });
  return {
    version,
    at: null,
    user: '',
    how: 'unreadable',
    eci: null,
    current: false,
    changes: null,
    changed: [],
    problem: error,
  };
}
