import { defineRule } from './rule.ts';

export const ownSocket = defineRule({
  code: 'own-socket',
  sentence: 'rules.own-socket',
  spec: 'B2',
  setting: null,
  hasAlternative: false,
});
