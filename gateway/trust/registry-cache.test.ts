import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryQuery } from '../../shared/policy/image-trust-facts.ts';
import { KnownDigests } from './known-digests.ts';
import { freshMs, recheckMs, RegistryCache } from './registry-cache.ts';
import type { RegistryClient, RegistryResponse } from './registry-client.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const query: RegistryQuery = { domain: 'r.example', path: 'x', reference: '1' };
const served: RegistryResponse = { kind: 'served', digest, children: [] };
const away: RegistryResponse = { kind: 'unavailable', why: 'away' };

let scratch: string;
let file: string;
let now: number;
let queries: number;
let next: RegistryResponse | Promise<RegistryResponse>;
const lines: string[] = [];
const client: RegistryClient = {
  query: async ({ domain }) => {
    queries++;
    return domain === 'slow.example' ? new Promise<RegistryResponse>(() => undefined) : next;
  },
  close: () => undefined,
};
const create = (where: string | null = null, readOnly = false) => {
  const known = new KnownDigests(
    where,
    (line) => {
      lines.push(line);
    },
    readOnly,
  );
  return { known, cache: new RegistryCache(client, known, () => now) };
};
beforeEach(() => {
  scratch = mkdtempSync('/tmp/bulkhead-digests-');
  file = path.join(scratch, 'registry-digests.json');
  [now, queries, next, lines.length] = [1e12, 0, served, 0];
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

describe('cached registry responses', () => {
  it('concurrent queries for one reference are one request', async () => {
    const { cache } = create();
    let release: (response: RegistryResponse) => void = () => undefined;
    next = new Promise((resolve) => {
      release = resolve;
    });
    const all = Promise.all(Array.from({ length: 20 }, () => cache.query(query, freshMs)));
    release(served);
    expect(new Set((await all).map((result) => result.kind))).toEqual(new Set(['served']));
    expect(queries).toBe(1);
  });

  it('results are fresh for minutes, negative ones for seconds, also with a clock set back', async () => {
    const { cache } = create();
    await cache.query(query, freshMs);
    now += freshMs - 1;
    expect(await cache.query(query, freshMs)).toMatchObject({
      kind: 'served',
      ageMs: freshMs - 1,
      lastKnown: null,
    });
    expect(queries).toBe(1);
    await cache.query(query, recheckMs);
    expect(queries).toBe(2);
    now += freshMs;
    await cache.query(query, freshMs);
    expect(queries).toBe(3);
    now -= 60_000;
    await cache.query(query, freshMs);
    expect(queries).toBe(4);
    next = { kind: 'absent' };
    now += freshMs * 2;
    expect(await cache.query(query, freshMs)).toMatchObject({ kind: 'absent' });
    now += recheckMs;
    await cache.query(query, freshMs);
    expect(queries).toBe(6);
  });

  it('uses the last known digest, with its age, while the registry is down or after a restart', async () => {
    const first = create(file);
    await first.cache.query(query, freshMs);
    await first.known.flush();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    next = away;
    now += freshMs;
    for (const { cache } of [first, create(file)]) {
      expect(await cache.query(query, freshMs)).toEqual({
        kind: 'served',
        digest,
        children: [],
        ageMs: freshMs,
        lastKnown: 'away',
      });
      expect(await cache.query({ ...query, reference: '2' }, freshMs)).toEqual({
        kind: 'unavailable',
        why: 'away',
      });
    }
  });

  it('what a registry no longer has is forgotten', async () => {
    const { cache, known } = create(file);
    await cache.query(query, freshMs);
    next = { kind: 'absent' };
    now += freshMs;
    await cache.query(query, freshMs);
    next = away;
    now += freshMs;
    expect(await cache.query(query, freshMs)).toMatchObject({ kind: 'unavailable' });
    await known.flush();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, digests: {} });
  });

  it('a slow registry does not delay another', async () => {
    const { cache } = create();
    for (let i = 0; i < 20; i++)
      void cache.query({ ...query, domain: 'slow.example', reference: String(i) }, freshMs);
    expect(await cache.query(query, freshMs)).toMatchObject({ kind: 'served' });
    expect(queries).toBe(5);
  });

  it('names that anybody may choose are not kept on disk', async () => {
    const { cache, known } = create(file);
    await cache.query(query, freshMs, false);
    await known.flush();
    expect(await known.get('r.example/x:1')).toBeNull();
  });
});

describe('the file of last-known digests', () => {
  it.each([
    '',
    'nonsense',
    '[]',
    '{"version":2,"digests":{"r.example/x:1":{"digest":"DIGEST","children":[],"at":1}}}',
    '{"version":1,"digests":{"r.example/x:1":{"digest":"sha256:short","children":[],"at":1}}}',
    '{"version":1,"digests":{"r.example/x:1":{"digest":"DIGEST","at":"x"}}}',
  ])('%j is nothing known', async (text) => {
    writeFileSync(file, text.replaceAll('DIGEST', digest));
    const { known } = create(file);
    expect(await known.get('r.example/x:1')).toBeNull();
    await known.set('r.example/y:1', { digest, children: [], at: now });
    await known.flush();
    expect(await create(file).known.get('r.example/y:1')).toEqual({ digest, children: [], at: now });
  });

  it('keeps 2000 at most, the newest', async () => {
    const { known } = create(file);
    for (let i = 0; i < 2100; i++) await known.set(`r.example/x:${i}`, { digest, children: [], at: now });
    expect(await known.get('r.example/x:99')).toBeNull();
    expect(await known.get('r.example/x:100')).not.toBeNull();
  });

  it('an empty index is no knowledge about a digest', async () => {
    const { known } = create();
    await known.set('evil.example/x:1', { digest, children: [], at: now });
    expect(known.childrenOf(digest)).toBeNull();
    await known.set('r.example/x:1', { digest, children: [digest], at: now });
    expect(known.childrenOf(digest)).toEqual([digest]);
  });

  it('a failed write is logged, and has no other effect', async () => {
    const { known } = create(path.join(scratch, 'missing', 'registry-digests.json'));
    await known.set('r.example/x:1', { digest, children: [], at: now });
    await known.flush();
    expect(lines.join()).toContain('could not be kept');
    expect(await known.get('r.example/x:1')).not.toBeNull();
  });
});
