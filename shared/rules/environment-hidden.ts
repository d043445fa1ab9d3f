import { defineRule } from './rule.ts';

export const environmentHidden = defineRule({
  code: 'environment-hidden',
  sentence: 'rules.environment-hidden',
  spec: '',
  setting: '/bulkhead/hideEnvironment',
  hasAlternative: false,
});
