import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { EngineLink } from '../http/engine-link.ts';
import { leadingHeaders } from './leading-headers.ts';
import { readPaxRecords } from './pax-records.ts';
import { blockBytes, hasValidChecksum } from './tar-numbers.ts';

it('A5: headers before an archive exceed the buffers of connection and reader, and have no effect', () => {
  const headers = leadingHeaders();
  expect(headers.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(
    212_992 * 1.5 + 36 * 1024 + 64 * 1024,
  );
  for (const header of headers) {
    expect(hasValidChecksum(header.subarray(0, blockBytes))).toBe(true);
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

it('A5: the kernel stops taking them on an unread connection, until 36 KiB were read', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-leading-headers-'));
  const file = path.join(directory, 'engine.sock');
  let drained = false;
  const server = createServer({ pauseOnConnect: true }).listen(file);
  await once(server, 'listening');
  const link = new EngineLink(file, {
    bytes: () => undefined,
    end: () => undefined,
    error: () => undefined,
    drain: () => {
      drained = true;
    },
  });
  try {
    // A connection that was used: its buffer has been enlarged.
    link.open();
    const [used] = (await once(server, 'connection')) as [Socket]; // the event's only argument
    used.resume();
    link.write(Buffer.alloc(1_200_000));
    await once(used, 'data');

    link.open({ own: true });
    const [socket] = (await once(server, 'connection')) as [Socket];
    drained = false;
    expect(link.writeAll(leadingHeaders())).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(drained).toBe(false);
    socket.resume();
    await expect.poll(() => drained).toBe(true);
  } finally {
    link.drop();
    server.close();
    rmSync(directory, { recursive: true });
  }
});

it("A5: a client's disconnect does not end the request to the engine", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-leading-headers-'));
  const file = path.join(directory, 'engine.sock');
  const server = createServer({ allowHalfOpen: true }).listen(file);
  await once(server, 'listening');
  const ignore = () => undefined;
  const link = new EngineLink(file, { bytes: ignore, end: ignore, error: ignore, drain: ignore });
  let settled = false;
  try {
    link.open({
      own: true,
      settled: () => {
        settled = true;
      },
    });
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.resume();
    link.drop();
    await once(socket, 'end');
    socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expect.poll(() => settled).toBe(true);
    socket.destroy();
  } finally {
    server.close();
    rmSync(directory, { recursive: true });
  }
});
