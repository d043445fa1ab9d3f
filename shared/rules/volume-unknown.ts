import { defineRule } from './rule.ts';

export const volumeUnknown = defineRule({
  code: 'volume-unknown',
  sentence: 'rules.volume-unknown',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
