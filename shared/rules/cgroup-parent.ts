import { defineRule } from './rule.ts';

export const cgroupParent = defineRule({
  code: 'cgroup-parent',
  sentence: 'rules.cgroup-parent',
  spec: '',
  setting: null,
  hasAlternative: true,
  buildOption: 'cgroup-parent',
});
