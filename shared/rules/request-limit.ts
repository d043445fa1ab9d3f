import { defineRule } from './rule.ts';

export const requestLimit = defineRule({
  code: 'request-limit',
  sentence: 'rules.request-limit',
  spec: '',
  setting: null,
  hasAlternative: false,
});
