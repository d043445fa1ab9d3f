import { defineRule } from './rule.ts';

export const unreadableBody = defineRule({
  code: 'unreadable-body',
  sentence: 'rules.unreadable-body',
  spec: '',
  setting: null,
  hasAlternative: false,
});
