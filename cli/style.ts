import { styleText } from 'node:util';

/** What a text means, as a terminal shows it. */
export type Tone = 'good' | 'warning' | 'bad' | 'head';

const formats = { good: 'green', warning: 'yellow', bad: 'red', head: 'bold' } as const;

/**
 * The text in the colour of its meaning, where `stream` has colours: a terminal has, or FORCE_COLOR is set;
 * not with NO_COLOR.
 */
export const styled = (tone: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(formats[tone], text, { stream });
