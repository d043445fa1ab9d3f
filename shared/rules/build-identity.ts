import { defineRule } from './rule.ts';

export const buildIdentity = defineRule({
  code: 'build-identity',
  sentence: 'rules.build-identity',
  spec: '',
  setting: null,
  hasAlternative: true,
});
