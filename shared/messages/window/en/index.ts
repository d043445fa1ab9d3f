import { firstTexts } from './first.ts';
import { otherTexts } from './others.ts';

/** English, the source of the window's texts. One object per page; `_one`/`_other` are i18next's plurals. */
export const en = { ...firstTexts, ...otherTexts };
