import { defineRule } from './rule.ts';

export const volumePlugin = defineRule({
  code: 'volume-plugin',
  sentence: 'rules.volume-plugin',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
