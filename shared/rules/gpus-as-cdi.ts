import { defineRule } from './rule.ts';

export const gpusAsCdi = defineRule({
  code: 'gpus-as-cdi',
  sentence: 'rules.gpus-as-cdi',
  spec: 'A5',
  setting: null,
  hasAlternative: false,
});
