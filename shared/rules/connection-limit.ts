import { defineRule } from './rule.ts';

export const connectionLimit = defineRule({
  code: 'connection-limit',
  sentence: 'rules.connection-limit',
  spec: '',
  setting: null,
  hasAlternative: false,
});
