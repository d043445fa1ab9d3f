import type { TFunction } from 'i18next';
import type { AppError } from '../../shared/app-error.ts';
import { ensureSentence, labelled } from '../i18n/lists.ts';
import { translateError, translateText } from '../i18n/translate.ts';
import type { RecreateMember } from '../../shared/containers/recreate.ts';

/** Outcome for one container that was to be recreated, as a sentence without a full stop. */
export function outcomeText(t: TFunction, outcome: RecreateMember['outcome']): string {
  if (outcome === null) return t('recreate.outcome.not-begun');
  switch (outcome.kind) {
    case 'recreated':
      return [
        outcome.started ? t('recreate.outcome.recreated') : t('recreate.outcome.idle'),
        ...(outcome.kept === null ? [] : [t('recreate.outcome.kept', { name: outcome.kept })]),
        ...(outcome.image === null ? [] : [t('recreate.outcome.image', { image: outcome.image })]),
        ...(outcome.warning === undefined ? [] : [translateText(outcome.warning, outcome.sentence)]),
      ]
        .map((text) => ensureSentence(t, text))
        .join(t('join.sentences'))
        .replace(/[.。]$/, '');
    case 'unchanged':
      return t('recreate.outcome.unchanged');
    case 'refused':
    case 'rolled-back':
    case 'not-begun':
      return labelled(t, t(`recreate.outcome.${outcome.kind}`), errorText(t, outcome.error));
    case 'rollback-failed':
      return labelled(
        t,
        t('recreate.outcome.rollback-failed'),
        `${errorText(t, outcome.error)}; ${errorText(t, outcome.rollbackError)}`,
      );
  }
}

/** Why a container was not recreated. */
export function errorText(t: TFunction, error: AppError): string {
  const { message, reason: why } = translateError(error);
  return why === undefined || why === '' ? message : labelled(t, message, why);
}
