import { defineRule } from './rule.ts';

export const idOutOfRange = defineRule({
  code: 'id-out-of-range',
  sentence: 'rules.id-out-of-range',
  spec: 'A3',
  setting: null,
  hasAlternative: true,
});
