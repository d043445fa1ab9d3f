import { defineRule } from './rule.ts';

export const bindEngineDirectory = defineRule({
  code: 'bind-engine-directory',
  sentence: 'rules.bind-engine-directory',
  spec: 'A8',
  setting: null,
  hasAlternative: true,
});
