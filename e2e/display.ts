import { startDisplay as startXvfb } from '../scripts/display.mjs';

/** A display for the window: the one there is, or an Xvfb of our own on a number it finds free itself. */
export interface Display {
  readonly name: string;
  stop(): Promise<void>;
}

export async function startDisplay(): Promise<Display> {
  const present = process.env['DISPLAY'];
  return present !== undefined && present !== ''
    ? { name: present, stop: () => Promise.resolve() }
    : startXvfb();
}
