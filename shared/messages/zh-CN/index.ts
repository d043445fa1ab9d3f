import { rules as english } from '../catalogue/en/rules.ts';
import { rules } from '../catalogue/zh-CN/rules.ts';
import { messages } from '../../translate/translate.ts';
import { details } from './details.ts';
import { denials } from './denials.ts';
import { errors } from './errors.ts';
import { findings } from './findings.ts';
import { requirements } from './requirements.ts';
import { steps } from './steps.ts';

/** Every sentence there is in Simplified Chinese, by its English. */
export const sentences = {
  ...denials,
  ...details,
  ...errors,
  ...findings,
  ...requirements,
  ...steps,
};

export const chinese = messages(
  {
    ...details,
    ...errors,
    ...findings,
    ...requirements,
    ...steps,
  },
  { english, translation: rules },
  denials,
);
