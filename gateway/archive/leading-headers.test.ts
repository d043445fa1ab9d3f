import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { leadingHeaders } from './leading-headers.ts';
import { readPaxRecords } from './pax-records.ts';
import { blockBytes, checksumRight } from './tar-numbers.ts';

it('A5: headers before an archive are longer than a connection and its reader hold, and say nothing', () => {
  const headers = leadingHeaders();
  expect(headers.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(
    212_992 * 1.5 + 36 * 1024 + 64 * 1024,
  );
  for (const header of headers) {
    expect(checksumRight(header.subarray(0, blockBytes))).toBe(true);
    expect(readPaxRecords(header.subarray(blockBytes)).map(({ key }) => key)).toEqual(['comment']);
  }
});

it('A5: an archive after them is the same archive, and an empty one stays empty', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-leading-headers-'));
  try {
    writeFileSync(path.join(directory, 'file'), 'content');
    const archive = execFileSync('tar', ['-C', directory, '--owner=:7', '-c', 'file']);
    const list = (input: Buffer) =>
      execFileSync('tar', ['-tv', '--full-time', '--numeric-owner'], { input }).toString();
    expect(list(Buffer.concat([...leadingHeaders(), archive]))).toBe(list(archive));
    expect(list(Buffer.concat([...leadingHeaders(), Buffer.alloc(2 * blockBytes)]))).toBe('');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
