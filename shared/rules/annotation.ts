import { defineRule } from './rule.ts';

export const annotation = defineRule({
  code: 'annotation',
  sentence: 'rules.annotation',
  spec: '',
  setting: null,
  hasAlternative: true,
});
