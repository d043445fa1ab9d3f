/** Keys of a file's access control lists in a PAX header, as GNU tar writes them and the engine sets them. */
export const aclRecords: ReadonlySet<string> = new Set(
  ['access', 'default'].map((which) => `SCHILY.xattr.system.posix_acl_${which}`),
);

const version = 2,
  headerBytes = 4,
  entryBytes = 8;
/** Tags of the entries that name a user or group (linux/posix_acl.h). */
const namedUser = 0x02,
  namedGroup = 0x08;

/**
 * Shifts the ids in an access control list. `value` is Latin-1; a malformed attribute stays unchanged.
 */
export function shiftAcl(value: string, shift: { uid(id: number): number; gid(id: number): number }): string {
  const bytes = Buffer.from(value, 'latin1');
  if (
    bytes.length < headerBytes ||
    (bytes.length - headerBytes) % entryBytes !== 0 ||
    bytes.readUInt32LE(0) !== version
  )
    return value;
  for (let at = headerBytes; at < bytes.length; at += entryBytes) {
    const tag = bytes.readUInt16LE(at);
    const id = bytes.readUInt32LE(at + 4);
    if (tag === namedUser) bytes.writeUInt32LE(shift.uid(id), at + 4);
    else if (tag === namedGroup) bytes.writeUInt32LE(shift.gid(id), at + 4);
  }
  return bytes.toString('latin1');
}
