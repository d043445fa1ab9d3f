import { defineRule } from './rule.ts';

export const bindPropagation = defineRule({
  code: 'bind-propagation',
  sentence: 'rules.bind-propagation',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
