import { defineRule } from './rule.ts';

export const bindUnresolvable = defineRule({
  code: 'bind-unresolvable',
  sentence: 'rules.bind-unresolvable',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
