import { defineRule } from './rule.ts';

export const unmodelledField = defineRule({
  code: 'unmodelled-field',
  sentence: 'rules.unmodelled-field',
  spec: '',
  setting: null,
  hasAlternative: false,
});
