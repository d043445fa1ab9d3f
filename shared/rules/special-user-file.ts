import { defineRule } from './rule.ts';

export const specialUserFile = defineRule({
  code: 'special-user-file',
  sentence: 'rules.special-user-file',
  spec: 'A5',
  setting: null,
  hasAlternative: false,
});
