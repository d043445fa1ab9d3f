import type { TFunction } from 'i18next';
import { hasAlternative } from '../../shared/rules/index.ts';

/** What to do instead of what a rule refuses. `what`: the refused, as the client would write it. */
export function ruleAlternative(t: TFunction, rule: string, what: string): string {
  if (rule === 'host-namespace' && what.startsWith('--network=')) return t('rules.insteadOfHostNetwork');
  return t(`rules.instead.${hasAlternative(rule) ? rule : 'other'}`);
}
