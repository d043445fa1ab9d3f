import { defineRule } from './rule.ts';

export const copyShared = defineRule({
  code: 'copy-shared',
  sentence: 'rules.copy-shared',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
