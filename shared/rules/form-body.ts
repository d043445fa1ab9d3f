import { defineRule } from './rule.ts';

export const formBody = defineRule({
  code: 'form-body',
  sentence: 'rules.form-body',
  spec: '',
  setting: null,
  hasAlternative: false,
});
