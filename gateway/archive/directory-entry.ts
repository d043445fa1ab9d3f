import {
  gidAt,
  idBytes,
  modeAt,
  paddedLength,
  sizeAt,
  sizeBytes,
  timeAt,
  typeAt,
  uidAt,
  zeroBlock,
} from './tar-headers.ts';
import { blockBytes, writeChecksum, writeNumber } from './tar-numbers.ts';

/**
 * A tar entry for a directory of mode 0755 with the current time. `directory` is bytes as Latin-1, of any
 * length, and is prefixed with `./`: an archive that begins with the name itself could be detected as
 * compressed.
 */
export function directoryEntry(
  directory: string,
  owner: { readonly uid: number; readonly gid: number },
): Buffer[] {
  const name = `./${directory}`;
  const long = Buffer.from(`${name}/\0`, 'latin1');
  const header = headerBlock(name.slice(0, 99) + '/', '5', owner, 0);
  if (name.length < 100) return [header];
  return [
    headerBlock('././@LongLink', 'L', { uid: 0, gid: 0 }, long.length),
    long,
    zeroBlock.subarray(0, paddedLength(long.length) - long.length),
    header,
  ];
}

function headerBlock(
  name: string,
  type: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  bytes: number,
): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 100, 'latin1');
  writeNumber(block, modeAt, idBytes, 0o755);
  writeNumber(block, uidAt, idBytes, uid);
  writeNumber(block, gidAt, idBytes, gid);
  writeNumber(block, sizeAt, sizeBytes, bytes);
  writeNumber(block, timeAt, sizeBytes, Math.floor(Date.now() / 1000));
  block.write(type, typeAt, 'latin1');
  // The GNU format, which has long names and large numbers.
  block.write('ustar  \0', 257, 'latin1');
  writeChecksum(block);
  return block;
}
