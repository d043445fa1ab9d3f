import type { TFunction } from 'i18next';
import type { Finding } from '../../shared/settings/findings.ts';
import { translateText } from '../i18n/translate.ts';

/** A finding in a few words, with `code` between backticks (see withCode). */
export const findingTitle = (t: TFunction, finding: Finding): string =>
  t(`findings.title.${finding.code}`, { replace: finding.params });

/** What a finding means and what to do. */
export const findingWhy = (finding: Finding): string => translateText(finding.message, finding.sentence);

/** What a finding's fix does, in the window's language. */
export const fixTitle = (fix: NonNullable<Finding['fix']>): string => translateText(fix.title, fix.sentence);
