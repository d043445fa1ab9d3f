import { fstatSync, statSync, writeSync } from 'node:fs';

export type StandardStream = 'stdout' | 'stderr';

const descriptors = { stdout: 1, stderr: 2 } as const;
const inUse = new Set<StandardStream>();

/**
 * Writes a text. While nothing else uses Node's stream, without it: loading what it consists of would take a
 * tenth of Node's own start.
 */
export function write(name: StandardStream, text: string): void {
  let rest = Buffer.from(text);
  // A console of Windows gets its characters from the stream.
  if (!inUse.has(name) && process.platform !== 'win32')
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(descriptors[name], rest));
    } catch {
      // The stream waits for a full pipe, and has listeners for other errors.
    }
  if (rest.length > 0) process[name].write(rest);
}

/** Calls `listener` with Node's stream when that is first used. */
export function onFirstUse(name: StandardStream, listener: (stream: NodeJS.WriteStream) => void): void {
  const property = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      Object.defineProperty(process, name, property ?? {});
      inUse.add(name);
      const stream = process[name];
      listener(stream);
      return stream;
    },
  });
}

/** Whether it is a terminal. Asks Node's stream only if it may be one: a character device, not /dev/null. */
export function isTerminal(name: StandardStream): boolean {
  const found = fstatSync(descriptors[name]);
  return (
    found.isCharacterDevice() &&
    found.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev &&
    process[name].isTTY
  );
}
