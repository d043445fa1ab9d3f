import { defineRule } from './rule.ts';

export const bindNotShared = defineRule({
  code: 'bind-not-shared',
  sentence: 'rules.bind-not-shared',
  spec: 'A8',
  setting: '/filesharingAllowedDirectories',
  hasAlternative: false,
});
