import { defineRule } from './rule.ts';

export const hostNetworkBuild = defineRule({
  code: 'host-network-build',
  sentence: 'rules.host-network-build',
  spec: 'C',
  setting: null,
  hasAlternative: true,
  buildOption: 'network',
});
