import { defineRule } from './rule.ts';

export const usernsIgnored = defineRule({
  code: 'userns-ignored',
  sentence: 'rules.userns-ignored',
  spec: 'A7',
  setting: null,
  hasAlternative: false,
});
