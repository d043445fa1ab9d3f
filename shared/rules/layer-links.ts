import { defineRule } from './rule.ts';

export const layerLinks = defineRule({
  code: 'layer-links',
  sentence: 'rules.layer-links',
  spec: 'B1',
  setting: null,
  hasAlternative: true,
});
