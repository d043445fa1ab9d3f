import type { shared as english } from '../en/shared.ts';
import type { Translated } from '../translated.ts';

export const shared: Translated<typeof english> = {
  'shared.container-response-unknown': '无法理解引擎对某个容器的描述',
  'shared.engine-switched': '期间已打开另一个引擎',
};
