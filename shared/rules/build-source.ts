import { defineRule } from './rule.ts';

export const buildSource = defineRule({
  code: 'build-source',
  sentence: 'rules.build-source',
  spec: '',
  setting: null,
  hasAlternative: true,
});
