/** File systems whose server is another machine or a process of a user. */
const remote: ReadonlySet<string> = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  '9p',
  'virtiofs',
  'ceph',
  'afs',
  'autofs',
  'fuse',
  'fuseblk',
  'lustre',
  'ocfs2',
  'gfs2',
  'coda',
]);

/** Whether operations on a file system of this type may never end: its server may not answer. */
export function mayHang(type: string): boolean {
  return remote.has(type) || type.startsWith('fuse.');
}
