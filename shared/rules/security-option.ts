import { defineRule } from './rule.ts';

export const securityOption = defineRule({
  code: 'security-option',
  sentence: 'rules.security-option',
  spec: '',
  setting: null,
  hasAlternative: true,
  buildOption: 'security-opt',
});
