import { defineRule } from './rule.ts';

export const networkPlugin = defineRule({
  code: 'network-plugin',
  sentence: 'rules.network-plugin',
  spec: '',
  setting: null,
  hasAlternative: true,
});
