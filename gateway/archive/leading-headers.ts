import { readFileSync } from 'node:fs';
import { blockBytes, writeChecksum, writeNumber } from './tar-numbers.ts';

/**
 * Bytes of an archive that dockerd may have read before it has changed its root to the container's: the
 * buffers of its HTTP server (4 KiB) and of its compression detection (32 KiB), and what Node may still hold
 * when a write completes (64 KiB); twice that.
 */
const readBeforeBytes = 200 * 1024;
/** Length of one extended header. Go's archive/tar reads up to 1 MiB. */
const recordBytes = 256 * 1024;
/** From this on a stream's send buffer is enlarged (http/send-buffer.ts). */
const streamBytes = 1024 * 1024;
/** The resulting size: the kernel doubles the requested one. */
const streamBufferBytes = 4 * 1024 * 1024;
/** The default of Linux. */
const usualSendBuffer = 212_992;

let cached: readonly Buffer[] | null = null;

/**
 * Extended headers without effect (PAX comments) to send before an archive that is copied into a container.
 * They are longer than the kernel's buffers of a connection and dockerd's read-ahead: once they are written,
 * dockerd has begun to parse them as an archive, which it does in the container's root. Its 100 Continue is
 * no such sign: since the fix of CVE-2026-41567 it detects the compression first. Only for a new connection.
 */
export function leadingHeaders(): readonly Buffer[] {
  cached ??= headersOf(lengthFor(sendBufferBytes()));
  return cached;
}

/** A queue of a unix socket may pass its limit by half. */
function lengthFor(sendBuffer: number): number {
  const length = Math.ceil(sendBuffer * 1.5) + readBeforeBytes;
  return length + recordBytes < streamBytes
    ? length
    : Math.ceil(Math.max(sendBuffer, streamBufferBytes) * 1.5) + readBeforeBytes;
}

function headersOf(length: number): readonly Buffer[] {
  const header = Buffer.concat([headerBlock(), comment()]);
  return Array.from({ length: Math.ceil(length / header.length) }, () => header);
}

function comment(): Buffer {
  const start = `${recordBytes} comment=`;
  return Buffer.from(`${start}${' '.repeat(recordBytes - start.length - 1)}\n`, 'latin1');
}

function headerBlock(): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write('././@PaxHeader', 0, 'latin1');
  writeNumber(block, 100, 8, 0o644);
  writeNumber(block, 124, 12, recordBytes);
  block.write('x', 156, 'latin1');
  block.write('ustar\0' + '00', 257, 'latin1');
  writeChecksum(block);
  return block;
}

function sendBufferBytes(): number {
  try {
    return Math.max(
      usualSendBuffer,
      Number.parseInt(readFileSync('/proc/sys/net/core/wmem_default', 'utf8'), 10) || 0,
    );
  } catch {
    return usualSendBuffer;
  }
}
