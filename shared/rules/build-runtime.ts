import { defineRule } from './rule.ts';

export const buildRuntime = defineRule({
  code: 'build-runtime',
  sentence: 'rules.build-runtime',
  spec: 'A6',
  setting: null,
  hasAlternative: true,
});
