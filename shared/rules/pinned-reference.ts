import { defineRule } from './rule.ts';

export const pinnedReference = defineRule({
  code: 'pinned-reference',
  sentence: 'rules.pinned-reference',
  spec: 'A7',
  setting: null,
  hasAlternative: false,
});
