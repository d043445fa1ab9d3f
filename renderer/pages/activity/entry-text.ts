import type { TFunction } from 'i18next';
import { ruleAlternative } from '../../components/rule-alternative.ts';
import { isRuleCode } from '../../../shared/rules/index.ts';
import { isDenial, isProbes, type ActivityEntry } from '../../../shared/audit/activity.ts';

/** What was requested, in short; of a rule that this version does not know, its code. */
export const entryTitle = (t: TFunction, entry: ActivityEntry): string =>
  isRuleCode(entry.rule) ? t(`rules.title.${entry.rule}`) : entry.rule;

/** Why: the rule in words. */
export const entryWhy = (t: TFunction, entry: ActivityEntry): string | null => {
  if (!isRuleCode(entry.rule)) return null;
  // It may be about content, a socket that is gone, or the engine's own: only what the list would change is
  // the list's.
  if (entry.rule === 'socket-mount' && entry.setting === null) return t('activity.socketOther');
  return t(`rules.why.${entry.rule}`);
};

/** What to do instead, where no setting changes it. */
export const insteadOf = (t: TFunction, entry: ActivityEntry): string =>
  ruleAlternative(t, entry.rule, entry.what ?? '');

/** The thing itself, as it was written: a path, a command, an option. Null where the title says it all. */
export function entrySubject(entry: ActivityEntry): string | null {
  if (entry.subject?.path !== undefined) return entry.subject.path;
  if (entry.subject?.command !== undefined) return entry.subject.command;
  if (entry.what === undefined) return null;
  // "docker exec in container …": what was done with it.
  if (entry.rule === 'container-unprotected') return /^docker [a-z]+/.exec(entry.what)?.[0] ?? null;
  if (!isDenial(entry)) return null;
  const flag = /(?:^|\s)(--[a-z][a-z-]*(?:[= ]\S+)?)/.exec(entry.what)?.[1];
  return flag === undefined ? null : withoutSentence(flag);
}

/**
 * Without what the sentence around it ends with. The client wrote it, and it may be long: no pattern that
 * looks twice.
 */
function withoutSentence(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ')' || text[end - 1] === ',')) end--;
  return text.slice(0, end);
}

/** The caller, in short: the user, or the container whose socket it came through. */
export function requestedBy(t: TFunction, entry: ActivityEntry): string {
  if (isProbes(entry)) return t('activity.by.verification');
  if (entry.origin?.kind === 'socket-mount')
    return t('activity.by.container', {
      name: entry.origin.container ?? entry.origin.image ?? entry.origin.mount ?? '',
    });
  if (entry.user !== null) return t('activity.by.user', { name: entry.user });
  return entry.client.uid === null
    ? t('activity.by.unknown')
    : t('activity.by.uid', { uid: String(entry.client.uid) });
}

/** Container and image, as far as the log names them. */
export const aboutText = (entry: ActivityEntry): string =>
  [entry.container, entry.image].filter((part) => part !== undefined && part !== '').join(' · ');

/** `all` is everybody's; what verifications sent is listed, and counted, by a filter of its own. */
export const filters = ['all', 'denied', 'wouldDeny', 'changed', 'probes'] as const;
export type Filter = (typeof filters)[number];

export const matchesFilter = (entry: ActivityEntry, filter: Filter): boolean =>
  isProbes(entry)
    ? filter === 'probes'
    : filter === 'all' ||
      (filter === 'denied' && entry.outcome === 'deny') ||
      (filter === 'wouldDeny' && entry.outcome === 'would-deny') ||
      (filter === 'changed' && entry.outcome === 'rewrite');

/** Everything about an entry that a search may be for, in lower case, in the words shown. */
export function haystack(t: TFunction, entry: ActivityEntry): string {
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
