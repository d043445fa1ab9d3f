import { defineRule } from './rule.ts';

export const hostDevice = defineRule({
  code: 'host-device',
  sentence: 'rules.host-device',
  spec: 'A5',
  setting: '/bulkhead/devices',
  hasAlternative: true,
});
