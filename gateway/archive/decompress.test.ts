import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { randomContent, runSeed, seededRandom, testSeed } from '../../tests/support/random-seed.ts';
import { decompressIfNeeded } from './decompress.ts';

const random = seededRandom(runSeed());
beforeEach(() => {
  testSeed();
});

const zstd = (content: Buffer, ...options: string[]): Buffer =>
  execFileSync('zstd', ['-q', ...options], { input: content, maxBuffer: 1 << 28 });
/** A frame that holds no data, such as pzstd and `zstd:chunked` write. */
const skippable = (bytes: number): Buffer => {
  const header = Buffer.from('502a4d1800000000', 'hex');
  header.writeUInt32LE(bytes, 4);
  return Buffer.concat([header, Buffer.alloc(bytes, 0x28)]);
};

async function* inParts(content: Buffer, partBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += partBytes)
    yield await Promise.resolve(content.subarray(at, at + partBytes));
}
async function read(content: Buffer, partBytes = content.length): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of decompressIfNeeded(inParts(content, partBytes))) parts.push(part);
  return Buffer.concat(parts);
}

describe('an xz archive', () => {
  const content = Buffer.from(randomContent(random, 1500).toString('hex'));
  const xz = execFileSync('xz', ['-q', '--check=none'], { input: content });
  /** The same archive, which requires a dictionary of 2 ** (power / 2 + 12) bytes, or a half more. */
  const requiring = (power: number): Buffer => {
    const changed = Buffer.from(xz);
    // The block's header: its size, the filter's number and properties, a checksum at its end.
    const header = changed.subarray(12, 12 + ((changed[12] ?? 0) + 1) * 4);
    header[header.indexOf(Buffer.from([0x21, 1])) + 2] = power;
    header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4);
    return changed;
  };

  it.each([28, 34])('is read where its dictionary is of a usual size (%i)', async (power) => {
    expect((await read(requiring(power))).equals(content)).toBe(true);
  });
  it.each([36, 40])('is refused where its dictionary could take gigabytes (%i)', async (power) => {
    await expect(read(requiring(power))).rejects.toThrow(/xz: .*[Mm]emory/);
  });
});

it('an archive whose program cannot be started for want of descriptors ends nothing else', () => {
  const script = `
    import { openSync } from 'node:fs';
    import { decompressIfNeeded } from ${JSON.stringify(path.join(import.meta.dirname, 'decompress.ts'))};
    const archive = (async function* () {
      yield Buffer.from('fd377a585a0000000000', 'hex');
    })();
    try {
      for (;;) openSync('/dev/null');
    } catch {}
    try {
      for await (const part of decompressIfNeeded(archive));
    } catch {}
    setTimeout(() => console.log('goes on'), 100);
  `;
  const run = 'ulimit -n 64; exec "$0" --input-type=module -e "$1"';
  expect(execFileSync('sh', ['-c', run, process.execPath, script], { encoding: 'utf8' })).toBe('goes on\n');
});

describe('an archive that is compressed twice', () => {
  // Longer than what pipes hold: its program would wait forever for a reader.
  const twice = Buffer.concat([Buffer.from('1f8b0800', 'hex'), Buffer.alloc(8 * 1024 * 1024)]);
  const runs = (program: string): boolean =>
    readdirSync('/proc').some((pid) => {
      if (!/^[0-9]+$/.test(pid)) return false;
      const stat = statOf(pid);
      return stat.includes(`(${program}) `) && stat.split(') ')[1]?.split(' ')[1] === String(process.pid);
    });
  const statOf = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'latin1');
    } catch {
      return ''; // it has ended
    }
  };

  it.each(['xz', 'bzip2'])('leaves no %s running', async (program) => {
    const archive = execFileSync(program, ['-c'], { input: twice, maxBuffer: 1 << 28 });
    await expect(read(archive)).rejects.toThrow('compressed twice');
    await expect.poll(() => runs(program)).toBe(false);
  });
});

describe('a zstd archive of several frames is read whole', () => {
  const first = Buffer.from(randomContent(random, 1500).toString('hex'));
  const zeros = Buffer.alloc(700_000);
  const last = Buffer.from('the end');
  const whole = Buffer.concat([first, zeros, last]);
  const archives: Readonly<Record<string, Buffer>> = {
    'one after the other': Buffer.concat([zstd(first), zstd(zeros), zstd(last)]),
    'with and without checksum and size': Buffer.concat([
      zstd(first, '--no-check'),
      zstd(zeros, '--no-content-size'),
      zstd(last, '--no-check', '--no-content-size'),
    ]),
    'one that holds no data first, between and last': Buffer.concat([
      skippable(4),
      zstd(first),
      skippable(0),
      zstd(zeros),
      skippable(3000),
      zstd(last),
      skippable(9),
    ]),
    'an empty one between': Buffer.concat([
      zstd(first),
      zstd(Buffer.alloc(0)),
      zstd(Buffer.concat([zeros, last])),
    ]),
  };
  for (const [how, archive] of Object.entries(archives)) {
    it.each([archive.length, 1000, 7, 1])(`${how}, in writes of %i bytes`, async (partBytes) => {
      expect((await read(archive, partBytes)).equals(whole)).toBe(true);
    });
  }

  it('refuses a frame that is cut, broken, or followed by something else', async () => {
    const archive = Buffer.concat([zstd(first), zstd(last)]);
    await expect(read(archive.subarray(0, -3))).rejects.toThrow('zstd: ');
    await expect(read(Buffer.concat([archive, Buffer.from('something else')]))).rejects.toThrow('zstd: ');
    const broken = Buffer.from(archive);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    await expect(read(broken)).rejects.toThrow('zstd: ');
  });
});

it('a zstd archive with a window as large as the engine takes is read', async () => {
  const content = Buffer.concat([Buffer.alloc(1024, 1), randomContent(random, 1024)]);
  // From a pipe the size is not known, so that the frame requires the whole window.
  expect((await read(zstd(content, '--long=29'))).equals(content)).toBe(true);
});
