import { defineRule } from './rule.ts';

export const hostNamespace = defineRule({
  code: 'host-namespace',
  sentence: 'rules.host-namespace',
  spec: 'A7',
  setting: null,
  hasAlternative: true,
});
