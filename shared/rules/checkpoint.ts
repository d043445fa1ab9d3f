import { defineRule } from './rule.ts';

export const checkpoint = defineRule({
  code: 'checkpoint',
  sentence: 'rules.checkpoint',
  spec: '',
  setting: null,
  hasAlternative: true,
});
