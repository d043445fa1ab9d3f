import { startDisplay as startXvfb } from '../scripts/display.mjs';

/**
 * A display for the window: the existing one, or an Xvfb of our own on a free number, which it finds itself.
 */
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
