import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { engineDiskId } from '../../shared/isolation/disk-ids.ts';
import { denyCopy } from '../../tests/support/deny-copy.ts';
import type { ContainerFacts, EngineFacts, MountFacts } from '../engine-api/engine-facts.ts';
import { copyInto } from './copy-into.ts';
import { compressionOf } from './decompress.ts';
import { writePaxRecords } from './pax-records.ts';
import { directoryEntry } from './directory-entry.ts';
import { blockBytes, writeChecksum, writeNumber } from './tar-numbers.ts';

const directory = (name: string): Buffer => Buffer.concat(directoryEntry(name, { uid: 0, gid: 0 }));
/** A directory's name of a million bytes. */
const long = (number: number): string => `${number}${'n'.repeat(1_000_000)}`;

/**
 * Sends entries, one by one as they are requested, into a running container; yields the bytes that each
 * became.
 */
async function* copied(entries: Iterable<Buffer>, mounts: readonly MountFacts[]): AsyncGenerator<number> {
  // Layers that are nowhere: all directories are new. Facts about processes are this one's own.
  const facts = {
    id: 'a'.repeat(64),
    name: 'n',
    mounts,
    layers: { merged: '/nonexistent', upper: '', lowers: [] },
  } as unknown as ContainerFacts; // the members that are read
  const stat = await readFile('/proc/self/stat', 'latin1');
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const container = { facts, requestedName: 'n', run: { base: 1_000_013_824, pid: process.pid, startTime } };
  const transform = await copyInto(
    { container, destination: '/', owner: null, shares: null, denyCopy },
    {} as EngineFacts,
  ).begin();
  async function* content() {
    for (const entry of entries) yield await Promise.resolve(entry);
  }
  for await (const parts of transform(content())) yield parts.reduce((sum, part) => sum + part.length, 0);
}

/** A file of the name `name`, which is at most 99 bytes long. */
function file(name: string): Buffer {
  const entry = Buffer.concat(directoryEntry(name, { uid: 0, gid: 0 }));
  entry.fill(0, 0, 100);
  entry.write(name, 0, 'latin1');
  entry.write('0', 156, 'latin1');
  writeChecksum(entry);
  return entry;
}

describe("A5: the container's root directory", () => {
  it.each(['/', '/..', '//', '/a/..'])('gets no other owner by an entry named %s', async (name) => {
    const sent = async () => {
      for await (const bytes of copied([file(name)], [])) void bytes;
    };
    await expect(sent()).rejects.toThrow('entry named "/"');
  });
  it.each([
    ['an empty long name', 'L', Buffer.from('\0')],
    ['a sparse name of no sparse file', 'x', writePaxRecords([{ key: 'GNU.sparse.name', value: 'f' }])],
  ])('gets no other owner by an entry named / behind %s', async (_, type, content) => {
    const header = file('x');
    header.write(type, 156, 'latin1');
    writeNumber(header, 124, 12, content.length);
    writeChecksum(header);
    const extension = Buffer.concat([header, content, Buffer.alloc(blockBytes - content.length)]);
    const sent = async () => {
      for await (const bytes of copied([extension, file('/')], [])) void bytes;
    };
    await expect(sent()).rejects.toThrow('entry named "/"');
  });
  it.each(['.', './/', './a'])('may be named %s', async (name) => {
    let total = 0;
    for await (const bytes of copied([file(name)], [])) total += bytes;
    expect(total).toBeGreaterThanOrEqual(blockBytes);
  });
});

describe('an entry that the kernel has no path for', () => {
  const send = async (...entries: readonly Buffer[]) => {
    let total = 0;
    for await (const bytes of copied(entries, [])) total += bytes;
    return total;
  };

  it('is refused before its directories are made: they would take gigabytes', async () => {
    await expect(send(directory('a/'.repeat(50_000)))).rejects.toThrow('longer than 4095 bytes');
    await expect(send(directory('a/'.repeat(2000)))).resolves.toBeGreaterThan(0);
  });

  it('is refused where it is a link to such a path', async () => {
    const target = Buffer.from(`${'a/../'.repeat(1000)}\0`);
    const header = file('x');
    header.write('K', 156, 'latin1');
    writeNumber(header, 124, 12, target.length);
    writeChecksum(header);
    const link = file('l');
    link.write('2', 156, 'latin1');
    writeChecksum(link);
    const padding = Buffer.alloc(blockBytes - (target.length % blockBytes));
    await expect(send(Buffer.concat([header, target, padding, link]))).rejects.toThrow(
      'longer than 4095 bytes',
    );
  });
});

describe("A3: the id that the engine has in a container's layer", () => {
  const send = async (uid: number, up: boolean): Promise<void> => {
    const facts = {
      id: 'a'.repeat(64),
      name: 'n',
      mounts: [],
      layers: { merged: '/nonexistent', upper: '', lowers: [] },
    } as unknown as ContainerFacts; // the members that are read
    const stat = await readFile('/proc/self/stat', 'latin1');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const run = up ? { base: 1_000_013_824, pid: process.pid, startTime } : null;
    const transform = await copyInto(
      {
        container: { facts, requestedName: 'n', run },
        destination: '/',
        owner: null,
        shares: null,
        denyCopy,
      },
      { isUp: () => Promise.resolve(false) } as unknown as EngineFacts,
    ).begin(); // likewise
    const entry = Buffer.concat(directoryEntry('f', { uid, gid: 0 }));
    for await (const part of transform(
      (async function* () {
        yield await Promise.resolve(entry);
      })(),
    ))
      void part;
  };

  it.each([true, false])('cannot be copied in, while the container is up (%s)', async (up) => {
    await expect(send(engineDiskId, up)).rejects.toThrow(
      `docker cp into container n: "./f/" belongs to id ${engineDiskId} is blocked`,
    );
    await expect(send(0, up)).resolves.toBeUndefined();
  });
});

describe('the engine gets nothing that begins like compressed data (CVE-2026-41567)', () => {
  const magics = ['BZh', '\x1f\x8b\x08', '\xfd7zXZ', '(\xb5/\xfd', 'P*M\x18'];
  const unpacked = async (
    entries: readonly Buffer[],
    isolated: boolean,
    owner: { readonly uid: number; readonly gid: number } | null = null,
  ): Promise<Buffer> => {
    const facts = {
      id: 'a'.repeat(64),
      name: 'n',
      mounts: [],
      layers: { merged: '/nonexistent', upper: '', lowers: [] },
    } as unknown as ContainerFacts; // the members that are read
    const stat = await readFile('/proc/self/stat', 'latin1');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const run = isolated ? { base: 1_000_013_824, pid: process.pid, startTime } : null;
    const transform = await copyInto(
      { container: { facts, requestedName: 'n', run }, destination: '/', owner, shares: null, denyCopy },
      { isUp: () => Promise.resolve(false) } as unknown as EngineFacts,
    ).begin(); // likewise
    const parts: Buffer[] = [];
    for await (const part of transform(
      (async function* () {
        for (const entry of entries) yield await Promise.resolve(entry);
      })(),
    ))
      parts.push(...part);
    return Buffer.concat(parts);
  };

  it.each(magics)('%j, as the name of a directory that is made for a file', async (magic) => {
    const bytes = await unpacked([file(`./${magic}/f`)], true);
    expect(compressionOf(bytes.subarray(0, 10))).toBeNull();
    expect(bytes.toString('latin1')).toContain(`${magic}/`);
  });

  it.each(magics)('%j, as the name after a header without records', async (magic) => {
    const records = writePaxRecords([{ key: 'uid', value: '7' }]);
    const header = file('pax');
    header.write('x', 156, 'latin1');
    writeNumber(header, 124, 12, records.length);
    writeChecksum(header);
    const archive = [
      header,
      Buffer.concat([records, Buffer.alloc(blockBytes - records.length)]),
      file(magic),
    ];
    // In a range the record still says what the header can't; for an owner whose id fits there it goes.
    expect(compressionOf((await unpacked(archive, true)).subarray(0, 10))).toBeNull();
    const owned = unpacked(archive, false, { uid: 77, gid: 88 });
    if (compressionOf(file(magic)) === null) expect(compressionOf((await owned).subarray(0, 10))).toBeNull();
    else await expect(owned).rejects.toThrow('take it for one that is compressed');
  });

  // Made once: it says when.
  const plain = file('x');
  it.each([
    ['gzip', gzipSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['xz', execFileSync('xz', ['-c'], { input: plain })],
    ['bzip2', execFileSync('bzip2', ['-c'], { input: plain })],
  ])('%s, into a container that is not running', async (_how, archive) => {
    expect((await unpacked([archive], false)).equals(plain)).toBe(true);
    expect(
      (
        await unpacked(
          [...archive].map((byte) => Buffer.from([byte])),
          false,
        )
      ).equals(plain),
    ).toBe(true);
  });

  it.each(['gzip', 'xz'])('compressed twice with %s', async (program) => {
    const once = execFileSync(program, ['-c'], { input: file('x') });
    await expect(unpacked([gzipSync(once)], false)).rejects.toThrow('compressed twice');
    await expect(unpacked([gzipSync(once)], true)).rejects.toThrow('compressed twice');
  });
});

describe('the memory for names of an archive is bounded, however long each name is', () => {
  it('by a refusal where something is mounted, since an entry may be in a mount', async () => {
    let entries = 0;
    function* archive() {
      for (; entries < 200; entries++) yield directory(long(entries));
    }
    const volume: MountFacts = {
      type: 'volume',
      name: 'v',
      source: '/nonexistent',
      destination: '/v',
      readOnly: false,
    };
    await expect(
      (async () => {
        for await (const bytes of copied(archive(), [volume])) expect(bytes).toBeGreaterThanOrEqual(0);
      })(),
    ).rejects.toThrow('copy it in parts');
    expect(entries).toBeLessThan(100);
  });

  it('by dropping the oldest elsewhere, which the engine has created by then', async () => {
    const file = (parent: number) => {
      const entry = directory(`${long(parent)}/f`);
      const header = entry.subarray(-blockBytes);
      header.write('0', 156, 'latin1');
      writeChecksum(header);
      return entry;
    };
    function* archive() {
      for (let number = 0; number < 100; number++) yield directory(long(number));
      yield file(99);
      yield file(0);
    }
    const sizes: number[] = [];
    for await (const bytes of copied(archive(), [])) sizes.push(bytes);
    const [recent = 0, forgotten = 0] = sizes.filter((bytes) => bytes > 0).slice(-2);
    // One that is neither in mind nor there is made, before what is in it.
    expect(forgotten - recent).toBeGreaterThan(1_000_000);
    expect(recent).toBeLessThan(1_100_000);
  });
});
