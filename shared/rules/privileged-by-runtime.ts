import { defineRule } from './rule.ts';

export const privilegedByRuntime = defineRule({
  code: 'privileged-by-runtime',
  sentence: 'rules.privileged-by-runtime',
  spec: 'A4',
  setting: null,
  hasAlternative: false,
});
