import type { TFunction } from 'i18next';
import type { Finding } from '../../shared/settings/findings.ts';
import { pageOfSetting } from '../../shared/pages/setting-page.ts';
import type { PageId } from '../../shared/pages/pages.ts';
import { told } from '../i18n/translate.ts';

/** A finding in a few words, with `code` between backticks (see withCode). */
export const findingTitle = (t: TFunction, finding: Finding): string =>
  t(`findings.title.${finding.code}`, { replace: finding.params });

/** What a finding means and what to do. */
export const findingWhy = (finding: Finding): string => told(finding.message);

/** The page where a finding is mended. */
export const findingPage = (finding: Finding): PageId => pageOfSetting(finding.pointer);
