import type { common as english } from '../en/common.ts';
import type { Translated } from '../translated.ts';

export const common: Translated<typeof english> = {
  'common.what-and-why': '{{what}}：{{why}}',
  'common.problem-and-excerpt': '{{problem}}\n{{excerpt}}',
  'common.reason-and-hint': '{{reason}}{{hint}}',
  'common.first-and-second': '{{first}}；{{second}}',
  'common.two-sentences': '{{first}}{{second}}',
};
