import { styleText } from 'node:util';
import { isTerminal, type StandardStream } from './standard-streams.ts';

/** The meaning of a text, which determines its colour. */
export type Tone = 'good' | 'warning' | 'bad' | 'head';

const formats = { good: 'green', warning: 'yellow', bad: 'red', head: 'bold' } as const;

/**
 * The text in the colour of its meaning, if `output` has colours: a terminal has, or FORCE_COLOR is set; not
 * with NO_COLOR.
 */
export const styled = (tone: Tone, text: string, output: StandardStream = 'stdout'): string =>
  isTerminal(output) || process.env['FORCE_COLOR'] !== undefined
    ? styleText(formats[tone], text, { stream: process[output] })
    : text;
