import { messages } from '../../translate/translate.ts';
import { evidence } from './claims.ts';
import { cli } from './cli.ts';
import { decisions } from './decisions.ts';
import { denials } from './denials.ts';
import { recreation } from './recreation.ts';
import { sentences } from './index.ts';

/** Chinese with what only the command line prints. */
export const chineseLines = messages(
  { ...sentences },
  decisions,
  denials,
  { ...cli, ...recreation },
  evidence,
);
