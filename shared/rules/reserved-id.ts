import { defineRule } from './rule.ts';

export const reservedId = defineRule({
  code: 'reserved-id',
  sentence: 'rules.reserved-id',
  spec: 'A3',
  setting: null,
  hasAlternative: true,
});
