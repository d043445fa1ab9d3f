import { defineRule } from './rule.ts';

export const buildEntitlement = defineRule({
  code: 'build-entitlement',
  sentence: 'rules.build-entitlement',
  spec: 'C',
  setting: null,
  hasAlternative: true,
});
