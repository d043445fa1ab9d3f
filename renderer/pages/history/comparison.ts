import { useTranslation } from 'react-i18next';
import { useAppPart, useDraft } from '../../state/context.tsx';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import { useVersionText, type VersionText } from './use-history.ts';

const namedComparisons = ['previous', 'applied', 'draft'] as const;

/** The other side of the comparison; a number is another version's. */
export type Comparison = (typeof namedComparisons)[number] | number;

/** The version at this index of the list of all, newest first. */
export interface ListedVersion {
  readonly items: readonly HistoryItem[];
  readonly at: number;
}

/** The other version of that number, if it is readable. */
export const comparableVersion = (
  { items, at }: ListedVersion,
  version: string | undefined,
): HistoryItem | undefined =>
  items.find((item, index) => String(item.version) === version && index !== at && item.how !== 'unreadable');

/**
 * The comparison that an address names for a version; with the previous one if it names none, or an
 * impossible one.
 */
export function comparisonFor({ items, at }: ListedVersion, against: string | undefined): Comparison {
  const selected = items[at];
  const comparison =
    comparableVersion({ items, at }, against)?.version ??
    namedComparisons.find((name) => name === against) ??
    'previous';
  return comparison === 'previous' && selected?.how === 'none' ? 'applied' : comparison;
}

/** The text that a version is compared with, null if unreadable, and its name. */
export function useComparison(
  { items, at }: ListedVersion,
  against: Comparison,
): { readonly from: VersionText | null; readonly fromName: string } {
  const { t } = useTranslation();
  const applied = useAppPart((app) => app.settings.applied);
  const draft = useDraft();
  const other =
    typeof against === 'number'
      ? items.find(({ version }) => version === against)
      : against === 'previous'
        ? items[at + 1]
        : undefined;
  const text = useVersionText(
    other === undefined || other.how === 'unreadable' ? undefined : other.version,
    other?.how === 'unrecorded' ? applied : undefined,
  );
  // The other text is always the side that is replaced: for the applied text and the draft, the difference
  // shows what rolling back would change.
  if (against === 'applied')
    return { from: { kind: 'read', text: applied }, fromName: t('history.appliedText') };
  if (against === 'draft')
    return { from: { kind: 'read', text: draft.text }, fromName: t('history.draftText') };
  return other === undefined
    ? { from: { kind: 'read', text: null }, fromName: t('history.none') }
    : { from: text, fromName: t('history.version', { version: other.version }) };
}
