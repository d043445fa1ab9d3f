import { defineRule } from './rule.ts';

export const containerName = defineRule({
  code: 'container-name',
  sentence: 'rules.container-name',
  spec: '',
  setting: null,
  hasAlternative: true,
});
