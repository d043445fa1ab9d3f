import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, linkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shiftCapability } from './capability.ts';
import { directoryEntry } from './directory-entry.ts';
import { readPaxRecords, writePaxRecords } from './pax-records.ts';
import { zeroBlock, type IdShift } from './tar-headers.ts';
import { TarIdRewriter } from './tar-ids.ts';
import { blockBytes, readNumber, TarError, writeChecksum, writeNumber } from './tar-numbers.ts';

const base = 1_000_538_112;
const same: IdShift = { uid: (id) => id, gid: (id) => id, capabilityRoot: (id) => id };
const into: IdShift = {
  uid: (id) => (id < 65_536 ? id + base : id),
  gid: (id) => (id < 65_536 ? id + base : id),
  capabilityRoot: (id) => (id === 0 ? base : id),
};
const back: IdShift = {
  uid: (id) => (id >= base && id < base + 65_536 ? id - base : id),
  gid: (id) => (id >= base && id < base + 65_536 ? id - base : id),
  capabilityRoot: (id) => (id === base ? 0 : id),
};
const shiftAll = async (archive: Buffer, shift: IdShift, sizes: readonly number[] = []): Promise<Buffer> => {
  const tar = new TarIdRewriter(() => shift);
  const out: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    out.push(...(await tar.write(Buffer.from(archive.subarray(at, at + size)))));
    at += size;
  }
  if (at < archive.length) out.push(...(await tar.write(Buffer.from(archive.subarray(at)))));
  out.push(...tar.end());
  return Buffer.concat(out);
};
const list = (archive: Buffer): string[] =>
  execFileSync('tar', ['-tv', '--numeric-owner', '--full-time', '-f', '-'], {
    input: archive,
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n');
const owners = (archive: Buffer): string[] => list(archive).map((line) => line.split(/\s+/)[1] ?? '');

let directory = '';
beforeAll(() => {
  directory = mkdtempSync('/tmp/bulkhead-tar-ids-');
  mkdirSync(path.join(directory, 'd/deep'), { recursive: true });
  writeFileSync(path.join(directory, 'd/empty'), '');
  writeFileSync(path.join(directory, 'd/block'), Buffer.alloc(blockBytes, 1));
  writeFileSync(path.join(directory, 'd/zeros'), Buffer.alloc(5000));
  writeFileSync(path.join(directory, `d/deep/${'n'.repeat(180)}`), 'long name');
  writeFileSync(path.join(directory, `d/deep/${'s'.repeat(95)}`), 'split by ustar');
  writeFileSync(path.join(directory, `d/${'名'.repeat(40)}`), 'not ASCII');
  symlinkSync('l'.repeat(150), path.join(directory, 'd/link'));
  linkSync(path.join(directory, 'd/block'), path.join(directory, 'd/hard'));
  execFileSync(
    'sh',
    [
      '-c',
      'truncate -s 3M d/sparse && printf x | dd of=d/sparse bs=1 seek=100000 conv=notrunc 2>/dev/null ' +
        '&& printf y | dd of=d/sparse bs=1 seek=2000000 conv=notrunc 2>/dev/null',
    ],
    { cwd: directory },
  );
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const make = (format: string, ...more: string[]): Buffer =>
  execFileSync(
    'tar',
    ['-c', `--format=${format}`, '--sort=name', '--owner=:7', '--group=:8', ...more, '-f', '-', 'd'],
    { cwd: directory, maxBuffer: 64 * 1024 * 1024 },
  );
const archives = (): [string, Buffer][] => [
  ['GNU', make('gnu')],
  ['GNU, sparse', make('gnu', '--sparse')],
  ['PAX', make('posix')],
  ['PAX, sparse 1.0', make('posix', '--sparse')],
  ['PAX, sparse 0.1', make('posix', '--sparse', '--sparse-version=0.1')],
  ['PAX, sparse 0.0', make('posix', '--sparse', '--sparse-version=0.0')],
  ['PAX with large ids', make('posix', '--owner=:3000000', '--group=:4000000')],
  ['GNU with large ids', make('gnu', '--owner=:3000000', '--group=:4000000')],
];

describe('ids in archives (A8)', () => {
  it('leaves every byte of an archive whose ids stay', async () => {
    for (const [name, archive] of archives())
      expect((await shiftAll(archive, same)).equals(archive), name).toBe(true);
  });

  it('shifts every entry into a range, and back to the same listing', async () => {
    for (const [name, archive] of archives()) {
      const inside = await shiftAll(archive, into);
      if (!name.includes('large'))
        expect(new Set(owners(inside)), name).toEqual(new Set([`${base + 7}/${base + 8}`]));
      expect(list(await shiftAll(inside, back)), name).toEqual(list(archive));
      // And nothing but the owners changed.
      expect(
        list(inside).map((line) => line.replace(/\d+\/\d+ +/, '')),
        name,
      ).toEqual(list(archive).map((line) => line.replace(/\d+\/\d+ +/, '')));
    }
  });

  it('takes the owner from a PAX record that differs from the header, shifted or not', async () => {
    const archive = make('posix', '--pax-option=uid:=1234,gid:=2345');
    expect((await shiftAll(archive, same)).equals(archive)).toBe(true);
    expect(new Set(owners(await shiftAll(archive, into)))).toEqual(
      new Set([`${base + 1234}/${base + 2345}`]),
    );
    // Of two ids one stays: nobody's has no place in a range.
    const half = make('posix', '--pax-option=uid:=1234,gid:=70000');
    expect(new Set(owners(await shiftAll(half, into)))).toEqual(new Set([`${base + 1234}/70000`]));
  });

  it('does the same wherever the stream is cut into pieces', async () => {
    const archive = make('posix', '--sparse');
    const whole = await shiftAll(archive, into);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 60 }), async (sizes) => {
        expect((await shiftAll(archive, into, sizes)).equals(whole)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('plans by the entry\u2019s full name: long, split and not ASCII', async () => {
    for (const format of ['gnu', 'posix', 'ustar']) {
      const names: string[] = [];
      const archive = make(
        format,
        ...(format === 'ustar' ? ['--exclude=link', '--exclude=名*', '--exclude=nnn*'] : []),
      );
      const tar = new TarIdRewriter(({ name }) => {
        names.push(Buffer.from(name, 'latin1').toString('utf8'));
        return same;
      });
      await tar.write(archive);
      expect(names, format).toEqual(
        execFileSync('tar', ['-t', '--quoting-style=literal', '-f', '-'], {
          input: archive,
          encoding: 'utf8',
        })
          .trimEnd()
          .split('\n'),
      );
    }
  });

  it('passes bytes after the end, and a truncated archive, unchanged', async () => {
    const archive = Buffer.concat([make('gnu'), Buffer.from('anything')]);
    expect((await shiftAll(archive, into)).subarray(-8).toString()).toBe('anything');
    const cut = make('gnu').subarray(0, 700);
    expect((await shiftAll(cut, same)).equals(cut)).toBe(true);
  });

  describe('plans by the name that the engine reads', () => {
    const header = (
      name: string,
      type: string,
      bytes = 0,
      write: (block: Buffer) => void = () => undefined,
    ) => {
      const block = Buffer.concat(directoryEntry('', { uid: 0, gid: 0 }));
      block.fill(0, 0, 100);
      block.write(name, 0, 'latin1');
      block.write(type, 156, 'latin1');
      writeNumber(block, 124, 12, bytes);
      write(block);
      writeChecksum(block);
      return block;
    };
    const extended = (type: string, content: Buffer) =>
      Buffer.concat([header('x', type, content.length), content, Buffer.alloc(blockBytes - content.length)]);
    const records = (...pairs: readonly (readonly [string, string])[]) =>
      extended('x', writePaxRecords(pairs.map(([key, value]) => ({ key, value }))));
    const nameIn = async (...blocks: readonly Buffer[]): Promise<string> => {
      let read = '';
      const tar = new TarIdRewriter(({ name }) => {
        read = name;
        return same;
      });
      await tar.write(Buffer.concat(blocks));
      return read;
    };
    const sparse = ['GNU.sparse.name', 's'] as const;

    it.each([
      ['of no version', [sparse], 'h'],
      ['of an unknown version', [sparse, ['GNU.sparse.major', '2']], 'h'],
      ['of an incomplete version', [sparse, ['GNU.sparse.major', '1']], 'h'],
      ['1.0', [sparse, ['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0']], 's'],
      ['0.1', [sparse, ['GNU.sparse.map', '0,1']], 's'],
      ['0.0', [sparse, ['GNU.sparse.offset', '0'], ['GNU.sparse.numbytes', '1']], 's'],
      ['whose map its parts replace', [['GNU.sparse.map', '0,1'], sparse, ['GNU.sparse.offset', '']], 'h'],
    ] as const)('with records of a sparse file %s', async (_, pairs, expected) => {
      expect(await nameIn(records(...pairs), header('h', '0'))).toBe(expected);
    });

    it('that of a sparse file before a long one, and that before a record', async () => {
      const long = extended('L', Buffer.from('l\0'));
      const version = [
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
      ] as const;
      expect(await nameIn(long, records(sparse, ...version), header('h', '0'))).toBe('s');
      expect(await nameIn(long, records(['path', 'p']), header('h', '0'))).toBe('l');
      expect(await nameIn(long, extended('L', Buffer.from('\0')), header('h', '0'))).toBe('h');
    });

    it('with the prefix of its format', async () => {
      const format =
        (magic: string, more: (block: Buffer) => void = () => undefined) =>
        (block: Buffer) => {
          block.write(magic, 257, 'latin1');
          block.write('p'.repeat(155), 345, 'latin1');
          more(block);
        };
      expect(await nameIn(header('h', '0', 0, format('ustar\x0000')))).toBe(`${'p'.repeat(155)}/h`);
      const star = format('ustar\x0000', (block) => block.write('tar\0', 508, 'latin1'));
      expect(await nameIn(header('h', '0', 0, star))).toBe(`${'p'.repeat(131)}/h`);
      expect(await nameIn(header('h', '0', 0, format('v7      ')))).toBe('h');
    });

    it.each([
      ['octal', '00000000017\x0000000000017\0'],
      ['negative', '\xff'.repeat(24)],
      ['none', '\0'.repeat(24)],
    ])('of a GNU header with times: %s', async (_, times) => {
      expect(await nameIn(header('h', '0', 0, (block) => block.write(times, 345, 'latin1')))).toBe('h');
    });

    it.each([
      ['no number', '/etc\0'],
      ['too large a number', `\x80${'\xff'.repeat(11)}`],
      ['no number second', '\0'.repeat(12) + '/etc\0'],
    ])('not where the engine would take a GNU header’s times for a prefix: %s', async (_, times) => {
      await expect(nameIn(header('h', '0', 0, (block) => block.write(times, 345, 'latin1')))).rejects.toThrow(
        TarError,
      );
    });
  });

  it('holds one long name at a time, however many an archive repeats', async () => {
    const [longHeader = Buffer.alloc(0), long = Buffer.alloc(0), padding = Buffer.alloc(0), header] =
      directoryEntry('n'.repeat(3000), { uid: 0, gid: 0 });
    const repeated = Buffer.concat([longHeader, long, padding]);
    const names: string[] = [];
    const tar = new TarIdRewriter(({ name }) => {
      names.push(name);
      return same;
    });
    for (let i = 0; i < 100; i++) await tar.write(Buffer.from(repeated));
    const out = await tar.write(Buffer.from(header ?? zeroBlock));
    expect(Buffer.concat(out).equals(Buffer.concat([repeated, header ?? zeroBlock]))).toBe(true);
    expect(names).toEqual([`./${'n'.repeat(3000)}/`]);
  });

  it('holds an extension that arrives byte by byte as one piece', async () => {
    const header = Buffer.from(make('gnu').subarray(0, blockBytes));
    header.write('x', 156, 'latin1');
    writeNumber(header, 124, 12, 1024 * 1024);
    writeChecksum(header);
    const tar = new TarIdRewriter(() => same);
    await tar.write(header);
    for (let at = 0; at < 1000; at++) await tar.write(Buffer.of(at % 251));
    const held = tar.end();
    expect(held.length).toBe(2);
    expect(held[1]?.equals(Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251)))).toBe(true);
  });

  it('refuses what the engine could not read either', async () => {
    const header = (more: (block: Buffer) => void) => {
      const block = Buffer.from(make('gnu').subarray(0, blockBytes));
      more(block);
      writeChecksum(block);
      return block;
    };
    await expect(
      shiftAll(
        header((block) => {
          block.write('zzz', 108, 'latin1');
        }),
        into,
      ),
    ).rejects.toThrow(TarError);
    await expect(
      shiftAll(
        header((block) => {
          block.fill(0xff, 124, 136);
        }),
        into,
      ),
    ).rejects.toThrow(TarError);
    await expect(
      shiftAll(
        header((block) => {
          block.write('x', 156, 'latin1');
          writeNumber(block, 124, 12, 2 * 1024 * 1024);
        }),
        into,
      ),
    ).rejects.toThrow('longer than 1 MiB');
    const pax = header((block) => {
      block.write('x', 156, 'latin1');
      writeNumber(block, 124, 12, 6);
    });
    await expect(
      shiftAll(Buffer.concat([pax, Buffer.from('9 a=b\n'), Buffer.alloc(506)]), into),
    ).rejects.toThrow(TarError);
  });

  it('leaves a header with a wrong checksum, and all after it, to the engine', async () => {
    const archive = Buffer.from(make('gnu'));
    archive[0] = 0x7a;
    expect((await shiftAll(archive, into)).equals(archive)).toBe(true);
  });
});

describe('file capabilities', () => {
  const version2 = Buffer.from('0000000200040000000000000000000000000000', 'hex').toString('latin1');
  it('belong to the range\u2019s root inside, and to no root in particular outside', () => {
    const inside = shiftCapability(version2, (id) => into.capabilityRoot(id));
    expect(Buffer.from(inside, 'latin1').toString('hex')).toBe(
      `00000003${'0004000000000000000000000000000000'.slice(0, 32)}00a3a23b`.replace(
        '00a3a23b',
        uint32(base),
      ),
    );
    expect(shiftCapability(inside, (id) => back.capabilityRoot(id))).toBe(version2);
  });
  it('of an unknown form stay as they are', () => {
    expect(shiftCapability('xyz', () => 5)).toBe('xyz');
  });
});

const uint32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
};

describe('fields', () => {
  it('of numbers are read as written, in octal and base-256', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.constantFrom(8, 12),
        (value, length) => {
          fc.pre(length === 12 || value < 2 ** 53);
          const block = Buffer.alloc(blockBytes);
          writeNumber(block, 100, length, value);
          expect(readNumber(block, 100, length)).toBe(value);
        },
      ),
    );
  });
  it('of PAX records keep order, repetition and binary values', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            key: fc.stringMatching(/^[a-zA-Z.]{1,20}$/),
            value: fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
          }),
        ),
        (records) => {
          expect(readPaxRecords(writePaxRecords(records))).toEqual(records);
        },
      ),
    );
  });
});
