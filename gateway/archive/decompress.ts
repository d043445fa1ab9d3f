import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline, Readable, type Duplex } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { BodyTransform } from '../http/message/body-stream.ts';
import { ResponseReplacedError } from '../http/exchange.ts';
import { zstdDecoder, zstdFrames } from './zstd-frames.ts';

type Compression = 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** Bytes by which the engine detects a compression. */
const magicBytes = 10;
/**
 * Memory limit of xz, as much as zstd's largest window (zstd-frames.ts): an archive of a few kilobytes can
 * require 4 GiB. `xz -9` requires 65 MiB.
 */
const xzMemory = '--memlimit-decompress=600MiB';
/** Bytes that are decompressed at a time. */
const partBytes = 256 * 1024;

/**
 * The compression of an archive, detected as the engine does; null: none that the engine detects.
 */
export function compressionOf(start: Buffer): Compression | null {
  const startsWith = (...bytes: number[]) => bytes.every((byte, at) => start[at] === byte);
  if (startsWith(0x42, 0x5a, 0x68)) return 'bzip2';
  if (startsWith(0x1f, 0x8b, 0x08)) return 'gzip';
  if (startsWith(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (startsWith(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  // A zstd frame that holds no data.
  return start.length >= 8 &&
    start[0] !== undefined &&
    (start[0] & 0xf0) === 0x50 &&
    start.subarray(1, 4).equals(Buffer.from([0x2a, 0x4d, 0x18]))
    ? 'zstd'
    : null;
}

/**
 * The archive, decompressed where necessary; `plain` is called where it is not compressed. Throws
 * ResponseReplacedError for a corrupt archive, one that is compressed twice, or one that needs a program that
 * is not installed.
 */
export async function* decompressIfNeeded(
  content: AsyncIterable<Buffer>,
  plain?: () => void,
): AsyncGenerator<Buffer> {
  const { start, rest } = await peek(content);
  const compression = compressionOf(start);
  if (compression === null) {
    plain?.();
    yield* rest;
    return;
  }
  const decompressed = decompress(compression, rest);
  const inner = await peek(decompressed);
  // The engine would decompress it, and read ids that were not translated.
  if (compressionOf(inner.start) !== null) {
    // Ends its program: nobody has begun to read `inner.rest`, whose end would do so.
    await decompressed.return(undefined);
    throw new ResponseReplacedError(
      400,
      'bulkhead gateway: the archive is compressed twice, so it was not unpacked; send it compressed ' +
        'once, or not at all',
    );
  }
  yield* inner.rest;
}

/** A transform that only decompresses. */
export const decompressTransform: BodyTransform = async function* (content, offer) {
  let plain = false;
  // Decompressed content has another length, and cannot bypass the transform.
  offer?.({ remaining: () => (plain ? Infinity : 0), passed: () => undefined });
  for await (const part of decompressIfNeeded(content, () => {
    plain = true;
  }))
    yield [part];
};

/**
 * Passes content that the engine does not detect as compressed. Before 29.5.1 (CVE-2026-41567) it looks up
 * `unpigz` and `xz` in the container and runs them as the machine's root; so the first bytes are checked
 * last, after all rewriting of the archive. Throws ResponseReplacedError.
 */
export async function* checkUncompressed(
  content: AsyncIterable<readonly Buffer[]>,
): AsyncGenerator<readonly Buffer[]> {
  let buffered: Buffer[] | null = [];
  for await (const parts of content) {
    if (buffered === null) {
      yield parts;
      continue;
    }
    buffered.push(...parts);
    if (buffered.reduce((sum, part) => sum + part.length, 0) < magicBytes) continue;
    yield refuseCompressed(buffered);
    buffered = null;
  }
  if (buffered !== null) yield refuseCompressed(buffered);
}

function refuseCompressed(parts: readonly Buffer[]): readonly Buffer[] {
  const compression = compressionOf(
    parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts),
  );
  if (compression === null) return parts;
  throw new ResponseReplacedError(
    400,
    "enhanced container isolation: the archive was not unpacked, since its first file's name makes the " +
      `engine take it for one that is compressed with ${compression}; put another file first`,
  );
}

interface Peeked {
  readonly start: Buffer;
  readonly rest: AsyncGenerator<Buffer>;
}

/** Reads the first bytes; `rest` yields the whole content, them included. */
async function peek(content: AsyncIterable<Buffer>): Promise<Peeked> {
  const iterator = content[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let bytes = 0;
  while (bytes < magicBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    parts.push(next.value);
    bytes += next.value.length;
  }
  async function* rest(): AsyncGenerator<Buffer> {
    try {
      yield* parts;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { start: Buffer.concat(parts), rest: rest() };
}

function decompress(compression: Compression, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  switch (compression) {
    case 'gzip':
      return pipeThrough(createGunzip({ chunkSize: partBytes }), content, compression);
    case 'zstd':
      return pipeThrough(zstdDecoder(partBytes), zstdFrames(content), compression);
    // Node has neither.
    case 'bzip2':
    case 'xz':
      return pipeThroughProgram(compression, content);
  }
}

const decompressionError = (compression: Compression, why: string) =>
  new ResponseReplacedError(
    400,
    `bulkhead gateway: the archive could not be decompressed (${compression}: ${why})`,
  );

async function* pipeThrough(
  decoder: Duplex,
  content: AsyncIterable<Buffer>,
  compression: Compression,
): AsyncGenerator<Buffer> {
  pipeline(Readable.from(content, { objectMode: false }), decoder, () => {
    /* the decoder reports it */
  });
  try {
    for await (const part of decoder) yield part as Buffer; // decoders give buffers
  } catch (error) {
    throw error instanceof ResponseReplacedError
      ? error
      : decompressionError(compression, error instanceof Error ? error.message : String(error));
  } finally {
    decoder.destroy();
  }
}

async function* pipeThroughProgram(
  program: 'bzip2' | 'xz',
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const child = spawn(program, program === 'xz' ? ['-dc', xzMemory] : ['-dc'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // At once: without descriptors the child has no pipes, and its error would end the gateway.
  const ended = once(child, 'close') as Promise<[number | null]>;
  // Awaited below; meanwhile it must not count as unhandled.
  ended.catch(() => undefined);
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => {
    if (stderr.length < 300) stderr += part.toString();
  });
  pipeline(Readable.from(content, { objectMode: false }), child.stdin, () => {
    /* the exit status reports it */
  });
  try {
    for await (const part of child.stdout) yield part as Buffer; // a pipe without encoding gives buffers
    let code: number | null;
    try {
      [code] = await ended;
    } catch {
      throw new ResponseReplacedError(
        501,
        `bulkhead gateway: the archive is compressed with ${program}, and that program is not ` +
          'installed beside the gateway; install it, or send the archive uncompressed or with gzip',
      );
    }
    if (code !== 0)
      throw decompressionError(program, stderr.trim().split('\n', 1)[0] ?? `ended with ${code}`);
  } finally {
    child.kill('SIGKILL');
    child.stdin.destroy();
    child.stdout.destroy();
  }
}
