import { defineRule } from './rule.ts';

export const dockerLoad = defineRule({
  code: 'docker-load',
  sentence: 'rules.docker-load',
  spec: '',
  setting: '/blockDockerLoad',
  hasAlternative: false,
});
