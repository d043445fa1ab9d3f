import { defineRule } from './rule.ts';

export const buildUnguarded = defineRule({
  code: 'build-unguarded',
  sentence: 'rules.build-unguarded',
  spec: '',
  setting: null,
  hasAlternative: true,
});
