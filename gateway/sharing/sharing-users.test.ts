import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerEvent, EngineContainers } from '../sockets/engine-containers.ts';
import type { Gatekeeper, GatewayRequest, Verdict } from '../http/exchange.ts';
import type { PeerCredentials } from '../base/peer-credentials.ts';
import type { SocketMount, SocketMountId } from '../base/socket-mount.ts';
import { sharingUserOf } from '../../planner/shares/shares.ts';
import { openSubordinateStore } from '../../planner/ranges/subordinate.ts';
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

interface EngineAnswers {
  readonly list?: () => Promise<readonly string[]>;
  readonly exists?: (container: string) => Promise<boolean>;
}

/** An engine with these containers; its event stream is the test's. */
function engine(running: readonly string[], answers: EngineAnswers = {}) {
  const list = answers.list ?? (() => Promise.resolve(running));
  let on: { connected: () => void; event: (event: ContainerEvent) => void } | null = null;
  const containers: EngineContainers = {
    list: async () => (await list()).map((one) => ({ id: one, name: 'n', binds: [] })),
    exists: answers.exists ?? ((container) => Promise.resolve(running.includes(container))),
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
  // Only these members of a request are read.
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

  it("A11 tells the client to remove a container if its socket's owner cannot be read", async () => {
    const users = createSharingUsers(openSharingRecords(directory), engine([]).containers, quiet);
    // Only the fields that are read.
    const socket = { id: 's' as SocketMountId, container: { id: id('a'), name: 'n' } } as SocketMount;
    await mkdir(path.join(directory, `${id('a')}.json`));
    await expect(create(users, peer(0), created(id('b')), { socket })).rejects.toThrow(
      /could not be kept \(EISDIR.*\); remove it and try again/,
    );
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
    expect(await records.readDecisions(id('a'))).toEqual({
      devices: [device],
      inside,
      kernelSettings: false,
    });
    await users.recordStart(id('a'), { devices: [], kernelSettings: true });
    const kernelSettings = true;
    expect(await records.readDecisions(id('a'))).toEqual({ devices: [], inside, kernelSettings });
    const file = path.join(directory, `${id('a')}.json`);
    const { ino } = await stat(file);
    await users.recordStart(id('a'), { inside });
    expect((await stat(file)).ino).toBe(ino);
    await users.recordStart(id('a'), { inside: null });
    expect(await records.readDecisions(id('a'))).toEqual({ devices: [], inside: null, kernelSettings });
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

  describe('stays', () => {
    /** The record of container a, whose users' gateway compares it with an engine's answers. */
    async function recorded(answers: EngineAnswers) {
      const records = openSharingRecords(directory);
      const { containers, connected } = engine([], answers);
      const lines: string[] = [];
      const users = createSharingUsers(records, containers, (line) => lines.push(line));
      await users.recordCreated(id('a'), { uid: 1, gid: 1 });
      users.start();
      connected();
      return { records, users, lines };
    }

    it('where a list lacks the container, which the engine has', async () => {
      const { records, users, lines } = await recorded({
        list: () => Promise.resolve([]),
        exists: (container) => Promise.resolve(container === id('a')),
      });
      await expect.poll(() => lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^container a{64} is missing in the engine's list of 0 .*, but exists$/);
      expect(records.list()).toEqual([id('a')]);
      users.close();
    });

    it('where the engine does not say whether it has the container', async () => {
      const { records, users, lines } = await recorded({
        list: () => Promise.resolve([]),
        exists: () => Promise.reject(new Error('the engine answered 500')),
      });
      await expect.poll(() => lines).toHaveLength(1);
      expect(lines[0]).toMatch(/does not say whether it exists: Error: the engine answered 500$/);
      expect(records.list()).toEqual([id('a')]);
      users.close();
    });

    it('where it was written while the engine was queried', async () => {
      let answer = (_: readonly string[]) => undefined as void;
      const listed = new Promise<readonly string[]>((resolve) => {
        answer = resolve;
      });
      const { records, users } = await recorded({ list: () => listed, exists: () => Promise.resolve(false) });
      await users.recordCreated(id('b'), { uid: 1, gid: 1 });
      answer([]);
      await expect.poll(() => records.list()).toEqual([id('b')]);
      users.close();
    });

    it('where the engine answers a gateway that another has replaced', async () => {
      let answer = (_: readonly string[]) => undefined as void;
      const listed = new Promise<readonly string[]>((resolve) => {
        answer = resolve;
      });
      let queried = 0;
      const { records, users } = await recorded({
        list: () => listed,
        exists: () => {
          queried++;
          return Promise.resolve(false);
        },
      });
      users.close();
      answer([]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([records.list(), queried]).toEqual([[id('a')], 0]);
    });
  });

  it('is read whole, by gateway and planner, while it is written again', async () => {
    const users = createSharingUsers(openSharingRecords(directory), engine([]).containers, quiet);
    await users.recordCreated(id('a'), { uid: 0, gid: 0 });
    let isWriting = true;
    const writing = (async () => {
      for (let round = 0; round < 30; round++) await users.recordCreated(id('a'), { uid: 0, gid: round });
      isWriting = false;
    })();
    const planner = {
      directory,
      records: 'required',
      subordinates: openSubordinateStore({ directory }),
    } as const;
    const unknown: string[] = [];
    while (isWriting) {
      if ((await users.userOf(id('a'))) === null) unknown.push('gateway');
      if (sharingUserOf(id('a'), planner) === null) unknown.push('planner');
    }
    await writing;
    expect(unknown).toEqual([]);
  });

  it('is unknown only where there is none: not where the file system fails', async () => {
    const records = openSharingRecords(directory);
    await mkdir(path.join(directory, `${id('a')}.json`));
    await expect(records.read(id('a'))).rejects.toThrow('EISDIR');
    expect(await records.read(id('b'))).toBeNull();
  });

  it('explains why a container has no record', async () => {
    const { containers, connected, destroyed } = engine([]);
    const lines: string[] = [];
    const users = createSharingUsers(openSharingRecords(directory), containers, (line) => lines.push(line));
    for (const one of ['a', 'b']) await users.recordCreated(id(one), { uid: 1, gid: 1 });
    await create(users, null, created(id('c')));
    users.start();
    destroyed(id('a'));
    await expect.poll(() => users.explainMissing(id('a'))).toMatch(/^it was recorded .* s ago, and removed /);
    expect(users.explainMissing(id('a'))).toMatch(/ s ago: the engine reported that the container was remov/);
    connected();
    await expect.poll(() => lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^removed the records of who shares with 1 containers .*: bbbbbbbbbbbb$/);
    expect(users.explainMissing(id('b'))).toMatch(
      /removed .* s ago: the engine had no such container, nor in/,
    );
    expect(users.explainMissing(id('c'))).toBe(
      "nobody was recorded: the system does not tell the client's credentials",
    );
    expect(users.explainMissing(id('d'))).toMatch(
      /^this gateway, which has run for .* s, did not record it$/,
    );
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
