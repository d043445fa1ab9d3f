import type { TFunction } from 'i18next';
import { ruleAlternative } from '../../components/rule-alternative.ts';
import { isRuleCode } from '../../../shared/rules/index.ts';
import { isProbes, userIdOf, type ActivityEntry } from '../../../shared/audit/activity.ts';

/** The request in short; for a rule that this version does not know, its code. */
export const entryTitle = (t: TFunction, entry: ActivityEntry): string =>
  isRuleCode(entry.rule) ? t(`rules.title.${entry.rule}`) : entry.rule;

/** The reason: an explanation of the rule. */
export const entryWhy = (t: TFunction, entry: ActivityEntry): string | null => {
  if (!isRuleCode(entry.rule)) return null;
  // Refused for a reason that the image list cannot change: content, a removed socket, the engine's own
  // socket.
  if (entry.rule === 'socket-mount' && entry.setting === null) return t('activity.socketOther');
  return t(`rules.why.${entry.rule}`);
};

/** The alternative if no setting allows it. */
export const alternativeText = (t: TFunction, entry: ActivityEntry): string =>
  ruleAlternative(t, entry.rule, entry.what ?? '');

/** The caller in short: the user, or the container whose socket was used. */
export function requestedBy(t: TFunction, entry: ActivityEntry): string {
  if (isProbes(entry)) return t('activity.by.verification');
  if (entry.origin?.kind === 'socket-mount') {
    const name = entry.origin.container ?? entry.origin.image ?? entry.origin.mount ?? '';
    const uid = userIdOf(entry);
    return uid === null
      ? t('activity.by.container', { name })
      : t('activity.by.containerOf', { name, user: entry.user ?? String(uid) });
  }
  if (entry.user !== null) return t('activity.by.user', { name: entry.user });
  return entry.client.uid === null
    ? t('activity.by.unknown')
    : t('activity.by.uid', { uid: String(entry.client.uid) });
}

/** Container and image, if the log names them. */
export const aboutText = (entry: ActivityEntry): string =>
  [entry.container, entry.image].filter((part) => part !== undefined && part !== '').join(' · ');

/**
 * `all` is requests of users and containers; those of verifications have a filter and a count of their own.
 */
export const filters = ['all', 'denied', 'wouldDeny', 'changed', 'probes'] as const;
export type Filter = (typeof filters)[number];

export const matchesFilter = (entry: ActivityEntry, filter: Filter): boolean =>
  isProbes(entry)
    ? filter === 'probes'
    : filter === 'all' ||
      (filter === 'denied' && entry.outcome === 'deny') ||
      (filter === 'wouldDeny' && entry.outcome === 'would-deny') ||
      (filter === 'changed' && entry.outcome === 'rewrite');

/** The searchable texts of an entry, in lower case and as displayed. */
export function searchText(t: TFunction, entry: ActivityEntry): string {
  return [
    entryTitle(t, entry),
    entry.rule,
    entry.spec,
    entry.container,
    entry.image,
    entry.user,
    entry.origin?.container,
    entry.origin?.image,
    entry.what,
    entry.subject?.path,
    entry.subject?.command,
    entry.id,
  ]
    .filter((part) => part !== undefined && part !== null)
    .join('\n')
    .toLowerCase();
}
