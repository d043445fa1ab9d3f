import { defineRule } from './rule.ts';

export const volumeOptions = defineRule({
  code: 'volume-options',
  sentence: 'rules.volume-options',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
