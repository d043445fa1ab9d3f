/** Bytes read between two collections: a few times the buffers of one busy stream. */
const everyBytes = 8 * 1024 * 1024;
let sinceLast = 0;

/**
 * Counts read bytes, and triggers a minor collection at intervals. Each read allocates a buffer (64 KB),
 * which V8 is slow to free: streams would keep some 70 MB of garbage. A minor collection costs less than the
 * fresh pages that would take. Does nothing where Node runs without --expose-gc; the launcher passes it to
 * the gateway.
 */
export function countReadBytes(bytes: number): void {
  sinceLast += bytes;
  if (sinceLast < everyBytes) return;
  sinceLast = 0;
  void globalThis.gc?.({ type: 'minor' });
}

/** Bytes of bodies parsed between two major collections. */
const everyParsed = 4 * 1024 * 1024;
let parsedSinceLast = 0;

/**
 * Counts bytes of a long body that was parsed and decided. Its parsed form takes ten times as much, and is
 * garbage by now; V8 lets several hundred MB accumulate before it collects.
 */
export function countParsedBytes(bytes: number): void {
  parsedSinceLast += bytes;
  if (parsedSinceLast < everyParsed) return;
  parsedSinceLast = 0;
  void globalThis.gc?.({ type: 'major' });
}

/** Frees what the start has left: the text of the program and its code cache take 4 MB, read as buffers. */
export function collectAfterStart(): void {
  void globalThis.gc?.({ type: 'major', execution: 'async' });
}
