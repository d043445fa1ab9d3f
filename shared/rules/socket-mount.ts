import { defineRule } from './rule.ts';

export const socketMount = defineRule({
  code: 'socket-mount',
  sentence: 'rules.socket-mount',
  spec: 'B1',
  setting: '/enhancedContainerIsolation/dockerSocketMount/imageList',
  hasAlternative: true,
});
