import { defineRule } from './rule.ts';

export const networkVolume = defineRule({
  code: 'network-volume',
  sentence: 'rules.network-volume',
  spec: 'A8',
  setting: '/bulkhead/networkVolumes',
  hasAlternative: true,
});
