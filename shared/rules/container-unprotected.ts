import { defineRule } from './rule.ts';

export const containerUnprotected = defineRule({
  code: 'container-unprotected',
  sentence: 'rules.container-unprotected',
  spec: 'D',
  setting: '/bulkhead/existingContainers',
  hasAlternative: true,
});
