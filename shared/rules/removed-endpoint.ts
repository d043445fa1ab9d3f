import { defineRule } from './rule.ts';

export const removedEndpoint = defineRule({
  code: 'removed-endpoint',
  sentence: 'rules.removed-endpoint',
  spec: '',
  setting: null,
  hasAlternative: false,
});
