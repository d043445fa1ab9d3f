import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { duplicateDescriptor } from '../base/libc.ts';
import { listenOn } from '../http/listener.ts';
import { sendRaw } from '../../tests/support/raw-http.ts';
import type { EngineContainers, ListedContainer } from './engine-containers.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import type { ImageVerdict } from '../trust/image-verdict.ts';
import { createAdmission } from './admission.ts';
import { bindOnResponse } from './grant.ts';
import { createSocketMounts, type OwnedSocketMounts } from './mounts.ts';
import { openMountRecords } from './mount-records.ts';
import { pendingMs, reconcile } from './reconcile.ts';
import { ResponseReplacedError } from '../http/exchange.ts';
import { governingList } from '../../shared/policy/commands.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import type { SocketMount } from '../base/socket-mount.ts';

let directory: string;
let mounts: OwnedSocketMounts;
let stops: (() => unknown)[] = [];
let stored: string[];
/** As a parent process has them, by name. */
const descriptors = new Map<string, number>();
const logged: string[] = [];

function open(): OwnedSocketMounts {
  const created = createSocketMounts({
    directory,
    records: openMountRecords(directory),
    log: (line) => {
      logged.push(line);
    },
    listenerStore: {
      keep: (name, handle) => {
        stored.push(name);
        // Node's handle of a listening socket
        descriptors.set(name, duplicateDescriptor((handle as { readonly fd: number }).fd));
        return Promise.resolve();
      },
      drop: (name) => {
        stored = stored.filter((one) => one !== name);
      },
    },
    listen: (at, origin) =>
      listenOn(at, {
        engineSocket: '/nonexistent',
        origin,
        decide: (request) => ({ kind: 'refuse', status: 418, message: JSON.stringify(request.origin) }),
        onProtocolError: () => undefined,
        log: () => undefined,
      }),
  });
  stops.push(() => created.close(0));
  return created;
}
beforeEach(async () => {
  directory = path.join(await mkdtemp(path.join(tmpdir(), 'bulkhead-mounts-')), 'sockets');
  stored = [];
  logged.length = 0;
  mounts = open();
});
afterEach(async () => {
  for (const stop of stops) await stop();
  for (const fd of descriptors.values()) closeSync(fd);
  descriptors.clear();
  stops = [];
  await rm(path.dirname(directory), { recursive: true, force: true });
});

const id = 'c'.repeat(64);
const imageId = `sha256:${'1'.repeat(64)}`;
const created = (more: Partial<SocketMount> = {}): SocketMount => ({
  ...mounts.reserve(),
  image: 'app:1',
  imageId,
  allowedBy: 'app:1',
  derivedFrom: null,
  governing: [],
  createdBy: 1000,
  byClient: true,
  container: null,
  ...more,
});
const sendRequest = (socket: string) =>
  sendRaw(socket, 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
const facts = (mount: SocketMount, more: Partial<ContainerFacts> = {}): ContainerFacts => ({
  id,
  name: 'c',
  image: 'app:1',
  imageId,
  runtime: 'bulkhead',
  running: false,
  terminal: false,
  pid: 0,
  created: '',
  startedAt: '',
  autoRemove: false,
  user: '',
  layers: null,
  labels: {},
  networks: [],
  devices: [],
  bindsRequiringSource: [],
  mounts: [{ type: 'bind', name: '', source: mount.socket, destination: '/s', readOnly: false }],
  ...more,
});
/** Only what these tests need. */
const engineFacts = (container: ContainerFacts | null) =>
  ({ container: () => Promise.resolve(container) }) as Partial<EngineFacts> as EngineFacts;
function containers(listed: readonly ListedContainer[]): EngineContainers & { removed: string[] } {
  const removed: string[] = [];
  return {
    removed,
    list: () => Promise.resolve([...listed]),
    exists: (one) => Promise.resolve(listed.some((container) => container.id === one)),
    remove: (one) => {
      removed.push(one);
      return Promise.resolve();
    },
    follow: () => Promise.resolve(),
    setEngineStopping: () => undefined,
    isEngineStopping: false,
  };
}
const trust = (verdict: ImageVerdict) => ({ decide: () => Promise.resolve(verdict), close: () => undefined });
const trusted: ImageVerdict = { trusted: true, imageId, allowedBy: '*', derivedFrom: null };
const untrusted: ImageVerdict = { trusted: false, reason: 'not-listed', detail: 'no entry names it' };
const socketSettings = (images: readonly string[], allowDerivedImages = true) => ({
  ...defaultSettings.socket,
  images,
  allowDerivedImages,
});

describe("a socket of a container's own", () => {
  it("has the clients' socket owner, its own origin and a record; discarding it leaves nothing", async () => {
    const mount = created();
    await mounts.open(mount);
    expect((await sendRequest(mount.socket)).body).toContain(mount.id);
    expect(statSync(path.dirname(mount.socket)).mode & 0o777).toBe(0o700);
    expect(statSync(mount.socket).mode & 0o007).toBe(0);
    expect(stored).toEqual([`mount-${mount.id}-${statSync(mount.socket).ino}`]);
    await mounts.bind(mount.id, { id, name: 'c' });
    expect(openMountRecords(directory).read()).toEqual({
      mounts: [{ ...mount, container: { id, name: 'c' } }],
      unreadable: [],
    });
    await mounts.discard(mount.id);
    expect(readdirSync(directory)).toEqual([]);
    expect(stored).toEqual([]);
    expect(mounts.get(mount.id)).toBeNull();
    await expect(mounts.bind(mount.id, { id, name: 'c' })).rejects.toThrow(/no socket mount/);
  });

  it('is served again on an inherited descriptor, or on a new socket at the same path', async () => {
    const mount = created();
    await mounts.open(mount);
    await mounts.bind(mount.id, { id, name: 'c' });
    const inode = statSync(mount.socket).ino;
    await mounts.close(0);
    expect(existsSync(mount.socket)).toBe(true);
    const second = open();
    await second.restore([]);
    expect(second.get(mount.id)?.container).toEqual({ id, name: 'c' });
    expect((await sendRequest(mount.socket)).status).toBe(418);
    expect(statSync(mount.socket).ino).not.toBe(inode);
    await second.close(0);
    // What dockerd leaves where a bind source was missing.
    await rm(mount.socket);
    mkdirSync(mount.socket);
    const third = open();
    await third.restore([]);
    expect((await sendRequest(mount.socket)).status).toBe(418);
  });

  it('is served again on an inherited descriptor only if its file still leads there', async () => {
    const inherit = () => {
      const inherited = stored.map((name) => ({ name, fd: descriptors.get(name) ?? -1 }));
      descriptors.clear();
      return inherited;
    };
    const mount = created();
    await mounts.open(mount);
    await mounts.bind(mount.id, { id, name: 'c' });
    await mounts.close(0);
    const { ino } = statSync(mount.socket);
    const second = open();
    const [listener = { name: '', fd: -1 }] = inherit();
    descriptors.set(listener.name, duplicateDescriptor(listener.fd));
    await second.restore([listener]);
    expect((await sendRequest(mount.socket)).status).toBe(418);
    expect(statSync(mount.socket).ino).toBe(ino);
    await second.close(0);

    const replacing = open();
    await replacing.restore([]);
    await replacing.close(0);
    expect(statSync(mount.socket).ino).not.toBe(ino);
    stored = [listener.name];
    const third = open();
    const [old = { name: '', fd: -1 }] = inherit();
    await third.restore([old]);
    expect((await sendRequest(mount.socket)).status).toBe(418);
    expect(stored).toEqual([`mount-${mount.id}-${statSync(mount.socket).ino}`]);
    expect(() => fstatSync(old.fd)).toThrow('EBADF');
  });

  it('is served again on the descriptor of an earlier version, whose name has no inode', async () => {
    const mount = created();
    await mounts.open(mount);
    await mounts.bind(mount.id, { id, name: 'c' });
    await mounts.close(0);
    const { ino } = statSync(mount.socket);
    const name = `mount-${mount.id}-${ino}`;
    const fd = descriptors.get(name) ?? -1;
    descriptors.clear();
    stored = [`mount-${mount.id}`];
    await open().restore([{ name: `mount-${mount.id}`, fd }]);
    expect((await sendRequest(mount.socket)).status).toBe(418);
    expect(statSync(mount.socket).ino).toBe(ino);
    expect(stored).toEqual([name]);
  });

  it('is created later while that is held, which first waits for those that are being created', async () => {
    const [early, held, late] = [created(), created(), created()];
    const opening = mounts.open(early);
    await mounts.holdOpening();
    expect(existsSync(early.socket)).toBe(true);
    await opening;
    const waiting = mounts.open(held);
    await mounts.bind(early.id, { id, name: 'c' });
    expect(mounts.list()).toHaveLength(1);
    mounts.resumeOpening();
    await waiting;
    expect((await sendRequest(held.socket)).status).toBe(418);
    await mounts.holdOpening();
    const refused = mounts.open(late);
    mounts.retire();
    await expect(refused).rejects.toThrow('the gateway is being replaced: try again');
    mounts.resumeOpening();
    await expect(mounts.open(created())).rejects.toThrow('the gateway is being replaced: try again');
    expect(existsSync(late.socket)).toBe(false);
  });

  it('knows its own paths only, whole', () => {
    const { id: own, socket } = mounts.reserve();
    expect(mounts.idAt(socket)).toBe(own);
    for (const other of [
      `${socket}/x`,
      path.dirname(socket),
      `${directory}X/${own}/docker.sock`,
      `${directory}/${own.slice(1)}/docker.sock`,
      `${directory}/${own.toUpperCase()}x/docker.sock`,
      `${directory}/${own}/mount.json`,
      `/x${socket}`,
    ])
      expect(mounts.idAt(other)).toBeNull();
  });

  it('with an unreadable record is not served, and removed once no container mounts it', async () => {
    const mount = created();
    await mounts.open(mount);
    await mounts.close(0);
    for (const text of [
      '',
      '{}',
      '[]',
      JSON.stringify({ version: 2, ...mount }),
      JSON.stringify({ version: 1, ...mount, id: 'f'.repeat(32) }),
      JSON.stringify({ version: 1, ...mount, createdBy: '0' }),
      JSON.stringify({ version: 1, ...mount, container: {} }),
      JSON.stringify({ version: 1, ...mount, governing: [{ image: 'x', its: 'yes' }] }),
    ]) {
      await writeFile(path.join(path.dirname(mount.socket), 'mount.json'), text);
      expect(openMountRecords(directory).read()).toEqual({ mounts: [], unreadable: [mount.id] });
    }
    const next = open();
    expect(await next.restore([])).toBe(true);
    await reconcile({
      mounts: next,
      containers: containers([]),
      facts: engineFacts(null),
      trust: null,
      settings: () => socketSettings([]),
      log: () => undefined,
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('that was not completed is removed, if no other gateway is at it', () => {
    for (const name of ['.0badcafe', '.deadbeef']) writeFileSync(path.join(directory, name), '');
    utimesSync(path.join(directory, '.0badcafe'), 0, Date.now() / 1000 - 120);
    openMountRecords(directory);
    expect(readdirSync(directory)).toEqual(['.deadbeef']);
  });
});

describe("B3: the engine's response to the create request", () => {
  const inspect = (
    mount: SocketMount,
    container: ContainerFacts | null,
    status = 201,
    list = containers([]),
  ) =>
    bindOnResponse(mount, {
      mounts,
      containers: list,
      facts: engineFacts(container),
      log: () => undefined,
      refused: (denial) => `refused: ${denial.detail ?? ''}`,
    }).transformResponse(
      { status } as Parameters<ReturnType<typeof bindOnResponse>['transformResponse']>[0],
      Buffer.from(JSON.stringify({ Id: id })),
    ); // only the status is read

  it('binds the socket to the container when it is of the image that was checked', async () => {
    const mount = created();
    await mounts.open(mount);
    expect(await inspect(mount, facts(mount))).toBeNull();
    expect(mounts.get(mount.id)?.container).toEqual({ id, name: 'c' });
  });

  it("removes a container of another image, or with another's socket, and refuses", async () => {
    for (const more of [
      { imageId: `sha256:${'2'.repeat(64)}` },
      {
        mounts: [
          { type: 'bind', name: '', source: mounts.reserve().socket, destination: '/s', readOnly: false },
        ],
      },
    ]) {
      const mount = created();
      const list = containers([]);
      await mounts.open(mount);
      await expect(inspect(mount, facts(mount, more), 201, list)).rejects.toBeInstanceOf(
        ResponseReplacedError,
      );
      expect(list.removed).toEqual([id]);
      expect(mounts.get(mount.id)).toBeNull();
    }
  });

  it('removes the socket if no container was created', async () => {
    const mount = created();
    await mounts.open(mount);
    expect(await inspect(mount, null, 404)).toBeNull();
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('admission', () => {
  const bound = async (more: Partial<SocketMount> = {}) => {
    const mount = created(more);
    await mounts.open(mount);
    await mounts.bind(mount.id, { id, name: 'c' });
    return mount;
  };

  it('is refused until the container is known, and after its removal', async () => {
    const mount = created();
    await mounts.open(mount);
    const admission = createAdmission(mounts, null);
    expect(admission.admit(mount.id, socketSettings(['app:1']))).toMatchObject({
      rule: 'socket-mount',
      detail: expect.stringContaining('not known yet'),
    });
    await mounts.discard(mount.id);
    expect(admission.admit(mount.id, socketSettings(['app:1']))).toMatchObject({
      detail: expect.stringContaining('gone'),
    });
  });

  it('is granted without a query while the entry that allowed it is in the list', async () => {
    const mount = await bound();
    expect(createAdmission(mounts, null).admit(mount.id, socketSettings(['x', 'app:1']))).toBeNull();
    const derived = await bound({ derivedFrom: 'app:1' });
    expect(
      await createAdmission(mounts, null).admit(derived.id, socketSettings(['app:1'], false)),
    ).toMatchObject({ rule: 'socket-mount' });
  });

  it('queries image trust when the entry was removed, and records the entry that allows it now', async () => {
    const mount = await bound();
    const settings = socketSettings(['*']);
    expect(await createAdmission(mounts, trust(untrusted)).admit(mount.id, settings)).toMatchObject({
      detail: expect.stringContaining('no entry names it'),
    });
    expect(
      await createAdmission(mounts, trust({ ...trusted, imageId: 'sha256:other' })).admit(mount.id, settings),
    ).not.toBeNull();
    expect(await createAdmission(mounts, trust(trusted)).admit(mount.id, settings)).toBeNull();
    expect(mounts.get(mount.id)?.allowedBy).toBe('*');
  });

  describe('B7: which per-image list applies to the image', () => {
    const lists = (...images: string[]) => ({
      ...socketSettings(['*']),
      perImage: images.map((image) => ({
        image,
        type: 'deny' as const,
        commands: [],
        scope: 'all' as const,
      })),
    });
    /** Decides by the one entry of the query, and records the queries. */
    const byEntry = (verdicts: Record<string, ImageVerdict>) => {
      const queries: string[] = [];
      return {
        queries: queries,
        verdicts,
        close: () => undefined,
        decide: (image: string, { images, allowDerivedImages }: ReturnType<typeof socketSettings>) => {
          queries.push(images.join());
          expect([image, allowDerivedImages]).toEqual([imageId, true]);
          return Promise.resolve(verdicts[images.join()] ?? untrusted);
        },
      };
    };
    const unreachable: ImageVerdict = { trusted: false, reason: 'registry-unreachable', detail: '' };
    const listOf = (mount: SocketMount, settings: ReturnType<typeof lists>) => {
      const list = governingList(settings, mounts.get(mount.id) ?? mount);
      return [list, ...list.undecided].map(({ setting }) => setting.replace(/^.*\//, ''));
    };

    it('applies the general list to an image with only the name; the finding is kept', async () => {
      const evil = await bound({ image: 'wide', allowedBy: '*' });
      const settings = lists('wide');
      expect(listOf(evil, settings)).toEqual(['0', 'commandList']);
      const registries = byEntry({});
      expect(await createAdmission(mounts, registries).admit(evil.id, settings)).toBeNull();
      expect(listOf(evil, settings)).toEqual(['commandList']);
      expect(createAdmission(mounts, registries).admit(evil.id, lists('wide'))).toBeNull();
      expect(registries.queries).toEqual(['wide']);
      expect(openMountRecords(directory).read().mounts).toMatchObject([
        { governing: [{ image: 'wide', its: 'no' }] },
      ]);
    });

    it('is evaluated again when the lists change; removed lists are dropped', async () => {
      const mount = await bound({
        allowedBy: '*',
        governing: [
          { image: 'old', its: 'direct' },
          { image: 'b', its: 'no' },
        ],
      });
      const registries = byEntry({ a: trusted });
      const admission = createAdmission(mounts, registries);
      expect(await admission.admit(mount.id, lists('b', 'a', 'c'))).toBeNull();
      expect(listOf(mount, lists('b', 'a', 'c'))).toEqual(['1']);
      expect(registries.queries.sort()).toEqual(['a', 'c']);
      expect(mounts.get(mount.id)?.governing).toEqual([
        { image: 'b', its: 'no' },
        { image: 'a', its: 'direct' },
        { image: 'c', its: 'no' },
      ]);
    });

    it('applies all possible lists while the registry is unreachable, without a query each', async () => {
      const mount = await bound({ allowedBy: '*' });
      const settings = lists('wide');
      const registries = byEntry({ wide: unreachable });
      const admission = createAdmission(mounts, registries);
      await Promise.all([admission.admit(mount.id, settings), admission.admit(mount.id, settings)]);
      expect(admission.admit(mount.id, settings)).toBeNull();
      expect([listOf(mount, settings), registries.queries]).toEqual([['0', 'commandList'], ['wide']]);
      registries.verdicts['wide'] = trusted;
      const later = lists('wide');
      expect(await admission.admit(mount.id, later)).toBeNull();
      expect(listOf(mount, later)).toEqual(['0']);
    });

    it('the lists of other mounts are evaluated in the background', async () => {
      const mount = await bound({ allowedBy: '*' }),
        other = await bound({ allowedBy: '*' });
      expect(
        await createAdmission(mounts, byEntry({ wide: trusted })).admit(mount.id, lists('wide')),
      ).toBeNull();
      await expect.poll(() => listOf(other, lists('wide'))).toEqual(['0']);
    });

    it('a record of an earlier version has no finding, and is evaluated', async () => {
      const { governing: _none, ...earlier } = await bound({ allowedBy: '*' });
      await writeFile(
        path.join(path.dirname(earlier.socket), 'mount.json'),
        JSON.stringify({ version: 1, ...earlier }),
      );
      expect(openMountRecords(directory).read()).toMatchObject({
        mounts: [{ id: earlier.id, governing: [] }],
        unreadable: [],
      });
    });
  });

  it('allows the start of a container that a replaced gateway has bound the socket to', async () => {
    const mount = created();
    await mounts.open(mount);
    const next = open();
    await next.restore([]);
    const settings = socketSettings(['app:1']);
    const admission = createAdmission(next, null);
    expect(await admission.mayStart(mount.id, { id, image: 'app:1' }, settings)).not.toBeNull();
    await mounts.bind(mount.id, { id, name: 'c' });
    expect(await admission.mayStart(mount.id, { id: 'd', image: 'app:1' }, settings)).not.toBeNull();
    expect(await admission.mayStart(mount.id, { id, image: 'app:1' }, settings)).toBeNull();
    expect(admission.admit(mount.id, settings)).toBeNull();
  });

  it('allows the start of the container it was created for only', async () => {
    const mount = await bound();
    const admission = createAdmission(mounts, trust(trusted));
    expect(await admission.mayStart(mount.id, { id, image: 'app:1' }, socketSettings(['app:1']))).toBeNull();
    expect(
      await admission.mayStart(mount.id, { id: 'd'.repeat(64), image: 'app:1' }, socketSettings(['app:1'])),
    ).toMatchObject({ rule: 'socket-mount', detail: expect.stringContaining('belongs to container c') });
    expect(
      await admission.mayStart(mounts.reserve().id, { id, image: 'app:1' }, socketSettings(['app:1'])),
    ).toMatchObject({ detail: expect.stringContaining('no record') });
  });
});

describe("reconciliation with the engine's containers", () => {
  const run = (
    listed: readonly ListedContainer[],
    container: ContainerFacts | null,
    verdict: ImageVerdict = trusted,
    of = mounts,
  ) =>
    reconcile({
      mounts: of,
      containers: containers(listed),
      facts: engineFacts(container),
      trust: trust(verdict),
      settings: () => socketSettings(['*']),
      log: (line) => {
        logged.push(line);
      },
    });

  it('removes the mounts of removed containers, and keeps those being created', async () => {
    const removed = created(),
      pending = created();
    for (const mount of [removed, pending]) await mounts.open(mount);
    await mounts.bind(removed.id, { id, name: 'c' });
    await run([], null);
    expect(mounts.list().map((mount) => mount.id)).toEqual([pending.id]);
  });

  it('keeps the mount of a container that the list lacks, and the engine has', async () => {
    const mount = created();
    await mounts.open(mount);
    await mounts.bind(mount.id, { id, name: 'c' });
    const queried: string[] = [];
    await reconcile({
      mounts,
      containers: {
        ...containers([]),
        exists: (one) => {
          queried.push(one);
          return Promise.resolve(true);
        },
      },
      facts: engineFacts(null),
      trust: null,
      settings: () => socketSettings([]),
      log: (line) => {
        logged.push(line);
      },
    });
    expect(mounts.get(mount.id)?.container).toEqual({ id, name: 'c' });
    expect(queried).toEqual([id]);
    expect(logged.join()).toMatch(/container c is missing in the engine's list of 0 containers, but exists/);
  });

  it('keeps the mount of a container that the engine does not respond about, and goes on', async () => {
    const [unknown, removed] = [created(), created()];
    for (const mount of [unknown, removed]) await mounts.open(mount);
    await mounts.bind(unknown.id, { id, name: 'c' });
    await mounts.bind(removed.id, { id: 'b'.repeat(64), name: 'd' });
    await reconcile({
      mounts,
      containers: {
        ...containers([]),
        exists: (one) => (one === id ? Promise.reject(new Error('no response')) : Promise.resolve(false)),
      },
      facts: engineFacts(null),
      trust: null,
      settings: () => socketSettings([]),
      log: (line) => {
        logged.push(line);
      },
    });
    expect(mounts.list().map((mount) => mount.id)).toEqual([unknown.id]);
    expect(logged.join()).toMatch(/container c .* does not say whether it exists: Error: no response/);
  });

  it("binds an earlier gateway's unbound mount to its container; others are discarded later", async () => {
    const left = created(),
      other = created(),
      never = created();
    for (const mount of [left, other, never]) await mounts.open(mount);
    await mounts.close(0);
    const next = open();
    await next.restore([]);
    const listed = (mount: SocketMount): ListedContainer => ({ id, name: 'c', binds: [mount.socket] });
    await run([listed(other)], facts(other, { imageId: 'sha256:2' }), trusted, next);
    expect(next.get(other.id)?.container).toBeNull();
    expect(logged.join()).toContain('stays dead');
    // Its create request may still run, through a gateway that was replaced.
    expect(next.get(never.id)).not.toBeNull();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + pendingMs + 1);
    await run([listed(other)], facts(other, { imageId: 'sha256:2' }), trusted, next);
    vi.useRealTimers();
    expect(next.get(never.id)).toBeNull();
    await next.restore([]);
    mounts = next;
    const again = created();
    await next.open(again);
    await run([listed(again)], facts(again), trusted, next);
    expect(next.get(again.id)?.container).toEqual({ id, name: 'c' });
  });

  it('restores a lost record for an allowed image only', async () => {
    const lost = created();
    const listed = [{ id, name: 'c', binds: [lost.socket] }];
    await run(listed, facts(lost), untrusted);
    expect(mounts.get(lost.id)).toBeNull();
    await run(listed, facts(lost));
    expect(mounts.get(lost.id)).toMatchObject({ allowedBy: '*', createdBy: null, container: { id } });
    expect((await sendRequest(lost.socket)).status).toBe(418);
  });
});

describe('inherited descriptors', () => {
  it('without a record are closed and dropped; those of other programs are not', async () => {
    const fd = openSync('/dev/null', 'r');
    stored = ['mount-unknown'];
    await mounts.restore([
      { name: 'mount-unknown', fd },
      { name: 'somebody-else', fd: 999 },
    ]);
    expect(stored).toEqual([]);
    expect(() => fstatSync(fd)).toThrow(/EBADF/);
  });
});
