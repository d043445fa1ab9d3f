import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denyCopy } from '../../tests/support/deny-copy.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import type { ResponseHead } from '../http/message/response-head.ts';
import { normalizeContainerPath } from './container-view.ts';
import { copyOut } from './copy-out.ts';
import { userShares } from './sharing-view.ts';
import { directoryEntry } from './directory-entry.ts';
import { writeChecksum } from './tar-numbers.ts';

const alice = 21_234,
  bob = 21_001;
let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'bulkhead-copy-out-'));
  for (const name of ['upper/t', 'share']) await mkdir(path.join(scratch, name), { recursive: true });
  await symlink('/t', path.join(scratch, 'share/link'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/**
 * What a user gets of a copy of `requested` out of a container that is not running, where the engine found a
 * file that only Bob may read.
 */
async function copied(requested: string, name: string): Promise<string> {
  const facts = {
    id: 'a'.repeat(64),
    name: 'n',
    runtime: 'bulkhead',
    running: false,
    pid: 0,
    mounts: [
      { type: 'bind', name: '', source: path.join(scratch, 'share'), destination: '/s', readOnly: false },
    ],
    layers: { upper: path.join(scratch, 'upper'), lowers: [], merged: '' },
  } as unknown as ContainerFacts; // the members that are read
  const engine = { isUp: () => Promise.resolve(false) } as unknown as EngineFacts; // likewise
  const container = { facts, requestedName: 'n', run: null };
  const shares = await userShares(
    container,
    { users: { userOf: () => Promise.resolve({ uid: alice, gid: alice }) }, root: scratch },
    engine,
    { byRoot: false, denyCopy },
  );
  const [header = Buffer.alloc(0)] = directoryEntry(name, { uid: bob, gid: bob });
  header.write(`${name}\0`, 0, 'latin1');
  header.write('0000600\0', 100, 'latin1');
  header.write('0', 156, 'latin1');
  writeChecksum(header);
  try {
    const transform = await copyOut(
      { container, source: normalizeContainerPath(requested), shares, layers: null },
      engine,
    ).begin({ status: 200 } as ResponseHead);
    for await (const parts of transform?.(
      (async function* () {
        yield await Promise.resolve(header);
      })(),
    ) ?? [])
      expect(parts).toBeDefined();
    return 'copied';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('A8: a copy out of a container that is not running', () => {
  it('shows its own files, also those of root alone', async () => {
    expect(await copied('/t/file', 'file')).toBe('copied');
    expect(await copied('/t', 't/file')).toBe('copied');
  });

  it('shows of shares what the sharing user may read, by whatever spelling', async () => {
    for (const [requested, name] of [
      ['/s/file', 'file'],
      ['/s', 's/file'],
      ['/t/..', '/s/file'],
      ['/t/../', '/s/file'],
      ['/.', './s/file'],
      ['t/../s', 's/file'],
      ['/t/x/../../s/./', 's/file'],
    ] as const) {
      expect(await copied(requested, name), requested).toMatch(
        /^enhanced container isolation: reading .* is blocked: .*\bA8\)/,
      );
    }
  });

  it('does not trust a link in a share, which may have changed meanwhile', async () => {
    expect(await copied('/s/link/file', 'file')).toMatch(
      /^enhanced container isolation: reading .* is blocked: .*\bA8\)/,
    );
  });
});

describe('what is shared', () => {
  it('does not include a socket that the gateway created for the container (B2)', async () => {
    const of = async (source: string) => {
      const facts = {
        id: 'a'.repeat(64),
        name: 'n',
        mounts: [{ type: 'bind', name: '', source, destination: '/x', readOnly: false }],
      } as unknown as ContainerFacts; // the members that are read
      return userShares(
        { facts, requestedName: 'n', run: null },
        { users: { userOf: () => Promise.resolve({ uid: alice, gid: alice }) }, root: scratch },
        {} as EngineFacts,
        { byRoot: false, denyCopy },
      );
    };
    expect(await of(path.join(scratch, 'sockets', 'f'.repeat(32), 'docker.sock'))).toBeNull();
    expect(await of(path.join(scratch, 'sockets-of-alice'))).not.toBeNull();
  });
});

describe('a path as the engine reads it', () => {
  it('has its dots resolved lexically, and keeps a slash at the end', () => {
    expect(
      ['', '.', '/', 'x', '/x/', 'x/.', '/x/..', '/x/../', '/link/../s', '//x//./', '/../x'].map(
        normalizeContainerPath,
      ),
    ).toEqual(['/', '/', '/', '/x', '/x/', '/x/', '/', '/', '/s', '/x/', '/x']);
    // In linear time.
    expect(normalizeContainerPath(`/x${'/'.repeat(120_000)}y`)).toBe('/x/y');
  });
});
