import { defineRule } from './rule.ts';

export const hostAddresses = defineRule({
  code: 'host-addresses',
  sentence: 'rules.host-addresses',
  spec: '',
  setting: null,
  hasAlternative: true,
});
