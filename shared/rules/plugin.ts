import { defineRule } from './rule.ts';

export const plugin = defineRule({
  code: 'plugin',
  sentence: 'rules.plugin',
  spec: '',
  setting: null,
  hasAlternative: true,
});
