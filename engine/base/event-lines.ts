import type { Readable } from 'node:stream';
import { onBoundedLines } from '../../shared/process/bounded-lines.ts';

/**
 * Maximum length of an event of the engine, characters. It has the labels of its container, which are a
 * user's: six characters for each of the longest body that the gateway accepts (6 MiB).
 */
const longestEvent = 40 * 1024 * 1024;

/**
 * Calls `onLine` with each line of a stream of the engine's events; one that is too long is cut. What ends
 * the stream is not an error here: `close` is emitted after it.
 */
export function onEventLines(stream: Readable, onLine: (line: string) => void, longest = longestEvent): void {
  stream.on('error', () => undefined);
  onBoundedLines(stream, onLine, longest);
}
