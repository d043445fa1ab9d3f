import { defineRule } from './rule.ts';

export const environmentSwitch = defineRule({
  code: 'environment-switch',
  sentence: 'rules.environment-switch',
  spec: '',
  setting: null,
  hasAlternative: true,
});
