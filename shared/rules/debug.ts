import { defineRule } from './rule.ts';

export const debug = defineRule({
  code: 'debug',
  sentence: 'rules.debug',
  spec: '',
  setting: null,
  hasAlternative: false,
});
