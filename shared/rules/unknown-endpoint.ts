import { defineRule } from './rule.ts';

export const unknownEndpoint = defineRule({
  code: 'unknown-endpoint',
  sentence: 'rules.unknown-endpoint',
  spec: '',
  setting: null,
  hasAlternative: false,
});
