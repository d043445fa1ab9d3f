import { defineRule } from './rule.ts';

export const copyMounts = defineRule({
  code: 'copy-mounts',
  sentence: 'rules.copy-mounts',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
