import type { TFunction } from 'i18next';
import type { DenialGroup } from '../../../shared/audit/activity.ts';
import { entrySubject } from '../../components/entry-subject.ts';
import { isRuleCode } from '../../../shared/rules/index.ts';

/** "lint-runner was denied the Docker socket 12 times": the caller, the request, and how often. */
export function denialSentence(t: TFunction, { entry, count }: DenialGroup): string {
  const who =
    [
      entry.origin?.kind === 'socket-mount' ? entry.origin.container : entry.container,
      entry.image,
      entry.user,
    ].find((name) => name !== undefined && name !== null && name !== '') ?? t('overview.next.somebody');
  if (entry.outcome === 'deny') {
    if (entry.rule === 'socket-mount') return t('overview.next.refusedSocket', { who, count });
    if (entry.rule === 'bind-not-shared' && entry.subject?.path !== undefined)
      return t('overview.next.refusedBind', { who, path: entry.subject.path, count });
    if (entry.rule === 'command-blocked' && entry.subject?.command !== undefined)
      return t('overview.next.refusedCommand', { who, command: entry.subject.command, count });
  }
  // As typed, where the rule alone does not tell two denials apart: `docker exec`, `docker cp`.
  const what = [isRuleCode(entry.rule) ? t(`rules.title.${entry.rule}`) : entry.rule, commandOf(entry)]
    .filter((part) => part !== null)
    .join(' ');
  return entry.outcome === 'deny'
    ? t('overview.next.refused', { who, what, count })
    : t('overview.next.wouldRefuse', { who, what, count });
}

/** The command that would use a container, as in Activity; null for other requests. */
const commandOf = (entry: DenialGroup['entry']): string | null =>
  entry.sentences?.what?.id === 'gateway.use-of-container' ? entrySubject(entry) : null;

/** Explains the rule. */
export const denialWhy = (t: TFunction, { entry }: DenialGroup): string =>
  isRuleCode(entry.rule) ? t(`rules.why.${entry.rule}`) : entry.rule;
