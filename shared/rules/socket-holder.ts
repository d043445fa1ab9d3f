import { defineRule } from './rule.ts';

export const socketHolder = defineRule({
  code: 'socket-holder',
  sentence: 'rules.socket-holder',
  spec: 'B7',
  setting: null,
  hasAlternative: false,
});
