/** Key of a file's capabilities in a PAX header, as Docker writes and reads it. */
export const capabilityRecord = 'SCHILY.xattr.security.capability';

const version2Bytes = 20,
  version3Bytes = 24;

/**
 * Rewrites the root user id of a file's capabilities: `mapRoot` gets the id (0 for version 2, which has none)
 * and returns the new one. A result of 0 is written as version 2, any other as version 3. `value` is Latin-1;
 * a malformed attribute stays unchanged.
 */
export function shiftCapability(value: string, mapRoot: (id: number) => number): string {
  const bytes = Buffer.from(value, 'latin1');
  const version = bytes[3];
  if (
    !(version === 2 && bytes.length === version2Bytes) &&
    !(version === 3 && bytes.length === version3Bytes)
  )
    return value;
  const root = mapRoot(version === 3 ? bytes.readUInt32LE(version2Bytes) : 0);
  const written = Buffer.alloc(root === 0 ? version2Bytes : version3Bytes);
  bytes.copy(written, 0, 0, version2Bytes);
  written[3] = root === 0 ? 2 : 3;
  if (root !== 0) written.writeUInt32LE(root, version2Bytes);
  return written.toString('latin1');
}
