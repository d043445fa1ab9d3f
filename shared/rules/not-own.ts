import { defineRule } from './rule.ts';

export const notOwn = defineRule({
  code: 'not-own',
  sentence: 'rules.not-own',
  spec: 'B7',
  setting: '/bulkhead/socketMounts/scope',
  hasAlternative: false,
});
