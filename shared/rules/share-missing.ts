import { defineRule } from './rule.ts';

export const shareMissing = defineRule({
  code: 'share-missing',
  sentence: 'rules.share-missing',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
