import { defineRule } from './rule.ts';

export const foreignNamespace = defineRule({
  code: 'foreign-namespace',
  sentence: 'rules.foreign-namespace',
  spec: 'A7',
  setting: null,
  hasAlternative: true,
});
