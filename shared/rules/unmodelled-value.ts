import { defineRule } from './rule.ts';

export const unmodelledValue = defineRule({
  code: 'unmodelled-value',
  sentence: 'rules.unmodelled-value',
  spec: '',
  setting: null,
  hasAlternative: false,
});
