import { messages } from '../translate.ts';
import { decisions } from './decisions.ts';
import { denials } from './denials.ts';
import { errors } from './errors.ts';
import { findings } from './findings.ts';
import { requirements } from './requirements.ts';

/** Every sentence there is in Simplified Chinese, by its English. */
export const sentences = { ...denials, ...errors, ...findings, ...requirements };

export const chinese = messages({ ...errors, ...findings, ...requirements }, decisions, denials);
