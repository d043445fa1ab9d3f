/** Bytes that are read between two collections: a few times what the buffers of one busy stream hold. */
const everyBytes = 8 * 1024 * 1024;
let sinceLast = 0;

/**
 * Counts bytes that were read, and has dead buffers collected now and then. Each read has a buffer of its own
 * (64 KB), which V8 sees no hurry to free: streams would hold some 70 MB of dead ones. A collection of the
 * nursery costs less than the fresh pages they would take. Does nothing where Node runs without --expose-gc;
 * the launcher gives it to the gateway.
 */
export function countReadBytes(bytes: number): void {
  sinceLast += bytes;
  if (sinceLast < everyBytes) return;
  sinceLast = 0;
  void globalThis.gc?.({ type: 'minor' });
}

/** Bytes of bodies that are parsed between two collections of everything. */
const everyParsed = 4 * 1024 * 1024;
let parsedSinceLast = 0;

/**
 * Counts bytes of a long body that was parsed and decided. What was made of it is ten times as much, and dead
 * by now; V8 lets several hundred MB of such come together before it looks.
 */
export function countParsedBytes(bytes: number): void {
  parsedSinceLast += bytes;
  if (parsedSinceLast < everyParsed) return;
  parsedSinceLast = 0;
  void globalThis.gc?.({ type: 'major' });
}
