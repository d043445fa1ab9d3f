import { defineRule } from './rule.ts';

export const parameterDropped = defineRule({
  code: 'parameter-dropped',
  sentence: 'rules.parameter-dropped',
  spec: '',
  setting: null,
  hasAlternative: false,
});
