import { styleText } from 'node:util';

/** The meaning of a text, which determines its colour. */
export type Tone = 'good' | 'warning' | 'bad' | 'head';

const formats = { good: 'green', warning: 'yellow', bad: 'red', head: 'bold' } as const;

/**
 * The text in the colour of its meaning, if `stream` has colours: a terminal has, or FORCE_COLOR is set; not
 * with NO_COLOR.
 */
export const styled = (tone: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(formats[tone], text, { stream });
