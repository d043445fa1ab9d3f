import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerEvent, EngineContainers } from '../sockets/engine-containers.ts';
import type { Gatekeeper, GatewayRequest, Verdict } from '../http/exchange.ts';
import type { PeerCredentials } from '../base/peer-credentials.ts';
import type { SocketMount, SocketMountId } from '../base/socket-mount.ts';
import { recordCreates } from './record-creates.ts';
import { openSharingRecords } from './sharing-records.ts';
import { createSharingUsers, type SharingUsers } from './sharing-users.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-sharing-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));
const id = (digit: string) => digit.repeat(64);
const quiet = () => undefined;
const created = (container: string) => Buffer.from(JSON.stringify({ Id: container, Warnings: [] }));

/** An engine with these containers; its event stream is the test's. */
function engine(list: readonly string[]) {
  let on: { connected: () => void; event: (event: ContainerEvent) => void } | null = null;
  const containers: EngineContainers = {
    list: () => Promise.resolve(list.map((one) => ({ id: one, name: 'n', binds: [] }))),
    remove: () => Promise.resolve(),
    setEngineStopping: () => undefined,
    isEngineStopping: false,
    follow: (logged, signal) =>
      new Promise((resolve) => {
        on = logged;
        signal.addEventListener('abort', () => {
          resolve();
        });
      }),
  };
  return {
    containers,
    connected: () => on?.connected(),
    destroyed: (container: string) => on?.event({ action: 'destroy', id: container, name: 'n' }),
  };
}

/** One create request of `peer` to which the engine responds with `body`. */
async function create(
  users: SharingUsers,
  peer: PeerCredentials | null,
  body: Buffer,
  more: { status?: number; socket?: SocketMount; verdict?: Verdict; route?: string } = {},
) {
  const { status = 201, socket, verdict = { kind: 'forward' }, route = 'create-container' } = more;
  const judge: Gatekeeper = () => ({ kind: 'read-body', limit: 1, decide: () => verdict });
  // Of a request only these are looked at.
  const request = {
    match: { route: { inspect: route } },
    peer: () => peer,
    origin: socket === undefined ? { kind: 'clients' } : { kind: 'socket-mount', id: socket.id },
  } as unknown as GatewayRequest;
  const handling = await recordCreates(judge, { users, mounts: { get: () => socket ?? null }, log: quiet })(
    request,
  );
  const decided = handling.kind === 'read-body' ? await handling.decide(Buffer.alloc(0)) : handling;
  // Likewise of a response's head.
  if (decided.kind === 'forward' && decided.response !== undefined && 'transformResponse' in decided.response)
    await decided.response.transformResponse({ status } as never, body);
  return decided;
}
const peer = (uid: number, gid = uid): PeerCredentials => ({ pid: 1, uid, gid });

describe('A8: who shares', () => {
  it('is stored for a new container before its client gets the response, readable by root only', async () => {
    const records = openSharingRecords(path.join(directory, 'sharing'));
    const users = createSharingUsers(records, engine([]).containers, quiet);
    await create(users, peer(1234, 55), created(id('a')));
    expect(await users.userOf(id('a'))).toEqual({ uid: 1234, gid: 55 });
    expect((await stat(path.join(directory, 'sharing', `${id('a')}.json`))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path.join(directory, 'sharing', `${id('a')}.json`), 'utf8'))).toEqual({
      version: 1,
      uid: 1234,
      gid: 55,
    });
  });

  it('is not stored for refused or failed requests, nor for an unknown caller', async () => {
    const records = openSharingRecords(directory);
    const users = createSharingUsers(records, engine([]).containers, quiet);
    await create(users, peer(1), created(id('a')), { verdict: { kind: 'refuse', status: 403, message: '' } });
    await create(users, peer(1), created(id('a')), { status: 409 });
    await create(users, peer(1), created(id('a')), { route: 'none' });
    await create(users, peer(1), Buffer.from('{"Id":"../../x"}'));
    await create(users, null, created(id('a')));
    await create(users, peer(1_000_013_824), created(id('a')));
    expect(records.list()).toEqual([]);
  });

  it("A11 is the container's own sharing user through its socket, whoever connects", async () => {
    const users = createSharingUsers(openSharingRecords(directory), engine([]).containers, quiet);
    // Only the fields that are read.
    const socket = { id: 's' as SocketMountId, container: { id: id('a'), name: 'n' } } as SocketMount;
    await create(users, peer(0), created(id('c')), { socket });
    expect(await users.userOf(id('c'))).toBeNull();
    await users.recordCreated(id('a'), { uid: 7, gid: 8 });
    await create(users, peer(0), created(id('b')), { socket });
    expect(await users.userOf(id('b'))).toEqual({ uid: 7, gid: 8 });
  });

  it('leaves a response to other transforms, too', async () => {
    const users = createSharingUsers(openSharingRecords(directory), engine([]).containers, quiet);
    let recorded = 0;
    const verdict: Verdict = {
      kind: 'forward',
      response: {
        limit: 9,
        transformResponse: () => {
          recorded++;
          return null;
        },
      },
    };
    const decided = await create(users, peer(3), created(id('a')), { verdict });
    expect([recorded, decided.kind === 'forward' ? decided.response : null]).toEqual([
      1,
      expect.objectContaining({ limit: 9 }),
    ]);
    expect(await users.userOf(id('a'))).toEqual({ uid: 3, gid: 3 });
  });

  it('has what is decided at a start; each part stays until it is decided anew', async () => {
    const records = openSharingRecords(directory);
    const users = createSharingUsers(records, engine([]).containers, quiet);
    const device = { type: 'c', major: 10, minor: 229, access: 'rw' } as const;
    const inside = { uid: 1000, gid: 0 };
    await expect(users.recordStart(id('a'), { inside })).rejects.toThrow('has no record');
    await users.recordStart(id('a'), { inside: null });
    expect(records.list()).toEqual([]);
    await users.recordCreated(id('a'), { uid: 7, gid: 8 });
    await users.recordStart(id('a'), { devices: [device] });
    await users.recordStart(id('a'), { inside });
    expect(await records.readDecisions(id('a'))).toEqual({ devices: [device], inside });
    await users.recordStart(id('a'), { devices: [] });
    expect(await records.readDecisions(id('a'))).toEqual({ devices: [], inside });
    const file = path.join(directory, `${id('a')}.json`);
    const { ino } = await stat(file);
    await users.recordStart(id('a'), { inside });
    expect((await stat(file)).ino).toBe(ino);
    await users.recordStart(id('a'), { inside: null });
    expect(await records.readDecisions(id('a'))).toEqual({ devices: [], inside: null });
    expect(await users.userOf(id('a'))).toEqual({ uid: 7, gid: 8 });
  });

  it('is removed with the container, and at reconnection if it was removed meanwhile', async () => {
    const records = openSharingRecords(directory);
    const { containers, connected, destroyed } = engine([id('b'), id('c')]);
    const users = createSharingUsers(records, containers, quiet);
    for (const one of ['a', 'b', 'c']) await users.recordCreated(id(one), { uid: 1, gid: 1 });
    users.start();
    connected();
    await expect.poll(() => records.list()).toEqual([id('b'), id('c')]);
    destroyed(id('b'));
    await expect.poll(() => records.list()).toEqual([id('c')]);
    users.close();
  });

  it('survives an interrupted write, and ignores invalid records', async () => {
    for (const name of ['.half', '.now']) await writeFile(path.join(directory, name), '{"ver');
    await utimes(path.join(directory, '.half'), 0, Date.now() / 1000 - 120);
    await writeFile(path.join(directory, `${id('a')}.json`), '{"version":1,"uid":0}');
    const records = openSharingRecords(directory);
    // Another gateway may be writing the other one.
    expect(await readdir(directory)).toEqual(['.now', `${id('a')}.json`]);
    expect(await records.read(id('a'))).toBeNull();
  });
});
