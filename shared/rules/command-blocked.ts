import { defineRule } from './rule.ts';

export const commandBlocked = defineRule({
  code: 'command-blocked',
  sentence: 'rules.command-blocked',
  spec: 'B5',
  setting: '/enhancedContainerIsolation/dockerSocketMount/commandList',
  hasAlternative: false,
});
