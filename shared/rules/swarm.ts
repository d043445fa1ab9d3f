import { defineRule } from './rule.ts';

export const swarm = defineRule({
  code: 'swarm',
  sentence: 'rules.swarm',
  spec: '',
  setting: null,
  hasAlternative: true,
});
