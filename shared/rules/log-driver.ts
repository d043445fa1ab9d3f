import { defineRule } from './rule.ts';

export const logDriver = defineRule({
  code: 'log-driver',
  sentence: 'rules.log-driver',
  spec: '',
  setting: null,
  hasAlternative: true,
});
