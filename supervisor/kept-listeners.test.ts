import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  inheritedListeners,
  parseListenerHandoff,
  listenVariables,
} from '../shared/gateway/listener-handoff.ts';
import { superviseChild, type SupervisedChild } from './child-process.ts';

let directory: string;
let child: SupervisedChild | null = null;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bh-kept-'));
});
afterEach(async () => {
  await child?.stop();
  child = null;
  await rm(directory, { recursive: true, force: true });
});

/**
 * A fake gateway: listens on an inherited socket, or on a new one that it requests to be kept.
 * Responds with its pid and how it got the socket.
 */
const program = (socket: string) => `
const net = require('node:net'), fs = require('node:fs');
const given = Number(process.env.LISTEN_FDS ?? 0);
const reply = \`\${given}:\${process.env.LISTEN_FDNAMES ?? ''}:\${process.pid}\`;
const server = net.createServer((client) => client.end(reply));
const ready = () => console.log('gateway listening on it');
if (given > 0) server.listen({ fd: 3 }, ready);
else server.listen(${JSON.stringify(`${socket}.new`)}, () => {
  fs.renameSync(${JSON.stringify(`${socket}.new`)}, ${JSON.stringify(socket)});
  process.send({ kind: 'keep-listener', name: 'mount-1' }, server._handle, {}, ready);
});
process.on('SIGTERM', () => process.exit(0));
`;
const readAll = (socket: string) =>
  new Promise<string>((resolve, reject) => {
    let text = '';
    connect(socket)
      .on('data', (part: Buffer) => {
        text += part.toString();
      })
      .on('end', () => {
        resolve(text);
      })
      .on('error', reject);
  });

describe('sockets of a killed gateway', () => {
  it('stay open for the next gateway; clients wait meanwhile; a stop closes them', async () => {
    const socket = path.join(directory, 's.sock');
    await writeFile(path.join(directory, 'gateway.cjs'), program(socket));
    const command = path.join(directory, 'bulkhead');
    await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${directory}/gateway.cjs"\n`);
    await chmod(command, 0o755);
    child = superviseChild({
      name: 'gateway',
      command,
      args: [],
      ready: /gateway listening on/,
      keepListeners: true,
      log: { line: () => undefined, close: () => Promise.resolve() },
      onChange: () => undefined,
    });
    expect((await child.start(20_000)).ok).toBe(true);
    const first = (await readAll(socket)).split(':');
    expect(first.slice(0, 2)).toEqual(['0', '']);
    let last = Number(first[2]);
    for (let round = 0; round < 2; round++) {
      process.kill(last, 'SIGKILL');
      const next = (await readAll(socket)).split(':');
      expect(next.slice(0, 2)).toEqual(['1', 'mount-1']);
      expect(Number(next[2])).not.toBe(last);
      last = Number(next[2]);
    }
    await child.stop();
    await expect(readAll(socket)).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('their message', () => {
  it('is parsed strictly', () => {
    expect(parseListenerHandoff({ kind: 'keep-listener', name: 'mount-1' })).toEqual({
      kind: 'keep-listener',
      name: 'mount-1',
    });
    for (const other of [
      null,
      'x',
      {},
      { kind: 'keep-listener' },
      { kind: 'other', name: 'a' },
      { kind: 'drop-listener', name: 'a:b' },
      { kind: 'drop-listener', name: '' },
    ])
      expect(parseListenerHandoff(other)).toBeNull();
  });

  it("is parsed as it was written; another process's is not accepted", () => {
    const names = ['clients', 'mount-1'];
    expect(inheritedListeners(listenVariables(names), 7)).toEqual([
      { name: 'clients', fd: 3 },
      { name: 'mount-1', fd: 4 },
    ]);
    expect(listenVariables([])).toEqual({});
    expect(inheritedListeners({ ...listenVariables(names), LISTEN_PID: '8' }, 7)).toEqual([]);
    expect(inheritedListeners({ ...listenVariables(names), LISTEN_PID: '7' }, 7)).toHaveLength(2);
    expect(inheritedListeners({ LISTEN_FDS: '1' }, 7)).toEqual([{ name: '', fd: 3 }]);
    for (const count of ['', '-1', '1e3', 'x'])
      expect(inheritedListeners({ LISTEN_FDS: count }, 7)).toEqual([]);
  });
});
