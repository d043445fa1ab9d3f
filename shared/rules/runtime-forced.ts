import { defineRule } from './rule.ts';

export const runtimeForced = defineRule({
  code: 'runtime-forced',
  sentence: 'rules.runtime-forced',
  spec: 'A6',
  setting: null,
  hasAlternative: false,
});
