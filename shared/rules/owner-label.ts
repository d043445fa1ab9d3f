import { defineRule } from './rule.ts';

export const ownerLabel = defineRule({
  code: 'owner-label',
  sentence: 'rules.owner-label',
  spec: '',
  setting: null,
  hasAlternative: true,
});
