import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createEntryLookups, type EntryLookups } from './entry-lookups.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const open: { server?: Server; lookups?: EntryLookups } = {};
async function registry(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.server = server;
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening TCP server has one
}
const openLookups = (knownDigests: string | null = null): EntryLookups =>
  (open.lookups = createEntryLookups({
    engineSocket: null,
    knownDigests,
    credentials: { lookUp: () => Promise.resolve(null) },
  }));
afterEach(() => {
  open.lookups?.close();
  open.server?.closeAllConnections();
  open.server?.close();
});

describe('what the window gets about entries of the image list (B3)', () => {
  it('the digest that is served, cached until it is requested anew', async () => {
    let queries = 0;
    const host = await registry((_req, res) => {
      queries++;
      res.writeHead(200, {
        'Content-Type': 'application/vnd.oci.image.manifest.v1+json',
        'Docker-Content-Digest': digest,
      });
      res.end();
    });
    const lookups = openLookups();
    expect(await lookups.lookUp([`${host}/tool:1`, `${host}/tool:*`, '*', 'Not A Reference'])).toMatchObject([
      { kind: 'served', digest, children: [], lastKnown: null },
      { kind: 'not-queried' },
      { kind: 'not-queried' },
      { kind: 'not-queried' },
    ]);
    await lookups.lookUp([`${host}/tool:1`]);
    expect(queries).toBe(1);
    await lookups.lookUp([`${host}/tool:1`], true);
    expect(queries).toBe(2);
  });

  it('that there is none, and that the registry may not be queried', async () => {
    const host = await registry((req, res) => {
      res.writeHead(req.url?.includes('/secret/') === true ? 403 : 404);
      res.end();
    });
    expect(
      (await openLookups().lookUp([`${host}/tool:1`, `${host}/secret/tool:1`])).map(({ kind }) => kind),
    ).toEqual(['absent', 'denied']);
  });

  it('that it is not known while the registry is away, or what was known last', async () => {
    const host = await registry((_req, res) => {
      res.destroy();
    });
    expect(await openLookups().lookUp([`${host}/tool:1`])).toMatchObject([{ kind: 'unavailable' }]);
    const directory = mkdtempSync(path.join(tmpdir(), 'bh-entries-'));
    const file = path.join(directory, 'registry-digests.json');
    writeFileSync(
      file,
      JSON.stringify({
        version: 1,
        digests: { [`${host}/tool:1`]: { digest, children: [], at: Date.now() - 60_000 } },
      }),
    );
    const [result] = await openLookups(file).lookUp([`${host}/tool:1`]);
    rmSync(directory, { recursive: true });
    expect(result).toMatchObject({ kind: 'served', digest, lastKnown: expect.any(String) as string });
  });
});
