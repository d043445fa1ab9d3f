import type { TFunction } from 'i18next';
import type { Finding } from '../../shared/settings/findings.ts';
import { translateText } from '../i18n/translate.ts';

/** A finding's title, with `code` between backticks (see withCode). */
export const findingTitle = (t: TFunction, finding: Finding): string =>
  t(`findings.title.${finding.code}`, { replace: finding.params });

/** A finding's explanation and what to do. */
export const findingExplanation = (finding: Finding): string =>
  translateText(finding.message, finding.sentence);

/** Describes a finding's fix, in the window's language. */
export const fixTitle = (fix: NonNullable<Finding['fix']>): string => translateText(fix.title, fix.sentence);
