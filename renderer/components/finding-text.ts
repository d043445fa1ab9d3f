import type { TFunction } from 'i18next';
import type { Finding } from '../../shared/settings/findings.ts';
import { pageOfSetting } from '../../shared/pages/setting-page.ts';
import type { PageId } from '../../shared/pages/pages.ts';
import { translateText } from '../i18n/translate.ts';

/** A finding in a few words, with `code` between backticks (see withCode). */
export const findingTitle = (t: TFunction, finding: Finding): string =>
  t(`findings.title.${finding.code}`, { replace: finding.params });

/** What a finding means and what to do. */
export const findingWhy = (finding: Finding): string => translateText(finding.message, finding.sentence);

/** The page where a finding is mended. */
export const findingPage = (finding: Finding): PageId => pageOfSetting(finding.pointer);

/** What a finding's fix does, in the window's language. */
export const fixTitle = (fix: NonNullable<Finding['fix']>): string => translateText(fix.title, fix.sentence);
