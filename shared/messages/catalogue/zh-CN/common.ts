import type { common as english } from '../en/common.ts';
import type { Translated } from '../translated.ts';

export const common: Translated<typeof english> = {
  'common.what-and-why': '{{what}}：{{why}}',
  'common.problem-and-excerpt': '{{problem}}\n{{excerpt}}',
  'common.sentences': '{{before}}{{after}}',
  'common.statements': '{{before}}；{{after}}',
  'common.outcomes': '{{before}}，{{after}}',
  'common.enumeration': '{{before}}、{{after}}',
};
