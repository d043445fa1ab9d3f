import type { TFunction } from 'i18next';
import { hasAlternative } from '../../shared/rules/index.ts';

/** The alternative to what a rule refuses. `what`: the refused option, as the client would write it. */
export function ruleAlternative(t: TFunction, rule: string, what: string): string {
  if (rule === 'host-namespace' && what.startsWith('--network=')) return t('rules.insteadOfHostNetwork');
  return t(`rules.instead.${hasAlternative(rule) ? rule : 'other'}`);
}
