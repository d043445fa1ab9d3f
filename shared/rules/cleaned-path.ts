import { defineRule } from './rule.ts';

export const cleanedPath = defineRule({
  code: 'cleaned-path',
  sentence: 'rules.cleaned-path',
  spec: 'A8',
  setting: null,
  hasAlternative: false,
});
