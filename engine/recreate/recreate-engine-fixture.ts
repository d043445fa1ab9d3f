import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import samples from '../../shared/containers/inspected-samples.json' with { type: 'json' };
import { joinedContainer } from '../../shared/containers/container-inspection.ts';
import type { RecreateOutcome, RecreateRequest } from '../../shared/containers/recreate.ts';
import { root } from '../base/docker-client-as.ts';
import { dockerClient } from '../base/docker-client.ts';
import { rootPaths } from '../base/root-paths.ts';
import { beginUnderLock } from './recreate.ts';
import { settleUnderLock } from './recreate-interrupted.ts';
import type { JournalMember } from './recreate-journal.ts';
import type { RecreatePorts } from './recreate-ports.ts';

type Json = Record<string, unknown>;

/** A container of the fake engine. */
export interface FakeMember {
  readonly id: string;
  name: string;
  running: boolean;
  exitCode: number;
  /** Never started. */
  fresh: boolean;
  config: Json;
  host: Json;
  /** Paths written inside it. */
  written: string[];
}

interface FakeEvent {
  readonly Type: 'container';
  readonly Action: 'kill' | 'die' | 'stop';
  readonly Actor: { readonly ID: string };
  readonly timeMs: number;
}

const imageId = samples.plain.Image;

/**
 * Gives each test of a file an engine of its own: `use` is called with it before the test. Afterwards nothing
 * is left to settle, whatever happened.
 */
export function useRecreationEngine(use: (engine: RecreationEngine) => void): void {
  let engine: RecreationEngine;
  beforeEach(async () => {
    engine = new RecreationEngine();
    await engine.listen();
    use(engine);
  });
  afterEach(async () => {
    try {
      expect(await settleUnderLock(engine.ports())).toEqual({ ok: true, value: [] });
    } finally {
      await engine.close();
    }
  });
}

/**
 * Creates, stops, renames, starts and removes containers like an engine behind a gateway, so that tests can
 * do something else at any of its requests.
 */
export class RecreationEngine {
  readonly containers = new Map<string, FakeMember>();
  readonly calls: string[] = [];
  /** The timeouts that stops were requested with. */
  readonly stopTimeouts: (string | null)[] = [];
  /** Called before a request is answered: `POST stop web`. */
  onRequest: (call: string) => void = () => undefined;
  /** Calls that fail with a status other than success, by their beginnings. */
  readonly failing = new Map<string, number>();
  readonly #server: Server;
  readonly #events: FakeEvent[] = [];
  readonly #eventStreams = new Set<(event: FakeEvent) => void>();
  #directory = '';

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#respond(request, response);
    });
  }

  async listen(): Promise<void> {
    this.#directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-recreation-'));
    await new Promise<void>((resolve) => {
      this.#server.listen(path.join(this.#directory, 'e.sock'), resolve);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#directory, { recursive: true });
  }

  /** Its containers stop, and it does not answer for a moment. */
  restart(): void {
    for (const container of this.containers.values()) container.running = false;
    this.#server.close(() => {
      setTimeout(() => this.#server.listen(path.join(this.#directory, 'e.sock')), 100);
    });
    this.#server.closeAllConnections();
  }

  ports(more: Partial<RecreatePorts> = {}): RecreatePorts {
    const client = dockerClient(path.join(this.#directory, 'e.sock'));
    return {
      paths: rootPaths(this.#directory),
      userFor: () => Promise.resolve(root),
      clients: () => client,
      engine: client,
      graceMs: 1,
      protection: () => Promise.resolve({ eci: true, runtimeName: 'bulkhead' }),
      uidMap: () => Promise.resolve('0 1000000000 65536\n'),
      ...more,
    };
  }

  /** Recreates to the end. */
  async recreate(
    request: Partial<RecreateRequest> & Pick<RecreateRequest, 'ids'>,
    more: Partial<RecreatePorts> = {},
  ): Promise<(RecreateOutcome | null)[]> {
    const begun = await beginUnderLock(
      this.ports(more),
      { commit: [], old: 'remove-when-healthy', withoutRollback: false, ...request },
      () => undefined,
    );
    if (!begun.ok) throw new Error(`${begun.error.message}: ${String(begun.error.reason)}`);
    return (await begun.value.done).members.map(({ outcome }) => outcome);
  }

  /** A container created before ECI, running unless told otherwise. */
  add(
    name: string,
    more: Partial<Pick<FakeMember, 'running' | 'config' | 'host' | 'written'>> = {},
  ): FakeMember {
    const member: FakeMember = {
      id: randomBytes(32).toString('hex'),
      name,
      running: true,
      exitCode: 0,
      fresh: false,
      written: [],
      ...more,
      config: { ...samples.plain.Config, Hostname: name, ...more.config },
      host: { ...samples.plain.HostConfig, ...more.host },
    };
    this.containers.set(member.id, member);
    return member;
  }

  /** A member of an interrupted recreation, whose new container exists under its temporary name. */
  addInterrupted(
    name: string,
    more: Partial<JournalMember> = {},
    old: Parameters<RecreationEngine['add']>[1] = {},
  ): JournalMember {
    const temporaryName = `${name}-under-eci-1`;
    const created = this.add(temporaryName, { running: false });
    return {
      oldId: this.add(name, old).id,
      name,
      temporaryName,
      keptName: `${name}-before-eci`,
      newId: created.id,
      wasRunning: true,
      restartPolicy: { Name: 'no', MaximumRetryCount: 0 },
      autoRemove: false,
      commitTo: null,
      removeOld: false,
      ...more,
    };
  }

  /** How many clients receive events. */
  get eventStreams(): number {
    return this.#eventStreams.size;
  }

  /** Ends a running container: by itself, or because somebody stops it. */
  end(name: string, how: 'by itself' | 'stopped', exitCode = 1): void {
    const found = this.find(name);
    if (found === undefined) return;
    Object.assign(found, { running: false, exitCode });
    if (how === 'stopped') this.#emit(found.id, 'kill');
    this.#emit(found.id, 'die');
    if (how === 'stopped') this.#emit(found.id, 'stop');
  }

  #emit(id: string, action: FakeEvent['Action']): void {
    const event: FakeEvent = { Type: 'container', Action: action, Actor: { ID: id }, timeMs: Date.now() };
    this.#events.push(event);
    for (const send of this.#eventStreams) send(event);
  }

  /** Sends the events of the past since `since`, and later ones if there is no `until`. */
  #sendEvents(url: URL, response: ServerResponse): void {
    const filters = JSON.parse(url.searchParams.get('filters') ?? '{}') as Record<string, string[]>;
    const [since, until] = ['since', 'until'].map((name) => url.searchParams.get(name));
    const send = (event: FakeEvent): void => {
      if (filters['event']?.includes(event.Action) === false) return;
      if (filters['container']?.includes(event.Actor.ID) === false) return;
      response.write(`${JSON.stringify(event)}\n`);
    };
    response.write('\n');
    for (const event of this.#events) if (since !== null && event.timeMs >= Number(since) * 1000) send(event);
    if (until !== null) response.end();
    else {
      this.#eventStreams.add(send);
      response.once('close', () => this.#eventStreams.delete(send));
    }
  }

  find(reference: string): FakeMember | undefined {
    return (
      this.containers.get(reference) ?? [...this.containers.values()].find(({ name }) => name === reference)
    );
  }

  /** Names of all containers, those that run with a plus. */
  names(): string[] {
    return [...this.containers.values()].map(({ name, running }) => (running ? `${name}+` : name)).sort();
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const body = text === '' ? {} : (JSON.parse(text) as Json);
    const url = new URL(request.url ?? '/', 'http://engine');
    const [, kind = '', reference = '', action = ''] = url.pathname.split('/');
    const target = kind === 'containers' ? this.find(reference) : undefined;
    const call =
      reference === 'create'
        ? `POST create ${url.searchParams.get('name') ?? ''}`
        : [request.method, action || kind, target?.name ?? reference].join(' ');
    this.calls.push(call);
    this.onRequest(call);
    // Like one that begins at the moment of the removal.
    if (action === 'wait') return;
    const failing = [...this.failing].find(([start]) => call.startsWith(start))?.[1];
    const [status, answer] =
      failing === undefined
        ? this.#answer(request.method ?? '', url, body)
        : ([failing, { message: `refused: ${call}` }] as const);
    response.writeHead(status, { 'content-type': 'application/json' });
    if (url.pathname === '/events') this.#sendEvents(url, response);
    else response.end(answer === undefined ? '' : JSON.stringify(answer));
  }

  #answer(method: string, url: URL, body: Json): readonly [number, unknown?] {
    const [, kind = '', reference = '', action = ''] = url.pathname.split('/');
    if (kind === 'events' || kind === '_ping') return [200];
    if (kind === 'version') return [200, { ApiVersion: '1.45' }];
    if (kind === 'info') return [200, { CgroupVersion: '2', SystemTime: new Date().toISOString() }];
    if (kind === 'commit') return [201, { Id: imageId }];
    if (kind === 'images') return [200, { Id: imageId, Config: { Entrypoint: null } }];
    if (reference === 'json') return [200, [...this.containers.keys()].map((Id) => ({ Id, Names: [] }))];
    if (reference === 'create') return this.#create(url.searchParams.get('name') ?? '', body);
    const found = this.find(reference);
    if (found === undefined) return [404, { message: `No such container: ${reference}` }];
    if (method === 'DELETE') {
      if (found.running && url.searchParams.get('force') !== 'true')
        return [409, { message: 'container is running' }];
      this.containers.delete(found.id);
      return [204];
    }
    return this.#change(found, action, url, body);
  }

  #create(
    name: string,
    { HostConfig: host, NetworkingConfig: _networks, ...config }: Json,
  ): readonly [number, unknown] {
    if (this.find(name) !== undefined) return [409, { message: `the name ${name} is in use` }];
    const created = this.add(name, { running: false, host: host as Json });
    created.config = { ...created.config, ...config };
    created.fresh = true;
    return [201, { Id: created.id, Warnings: [] }];
  }

  /** Why a container is not started: one whose namespaces it joins does not run. */
  #joinedRefusal({ host }: FakeMember): readonly [number, unknown] | null {
    for (const key of ['NetworkMode', 'PidMode', 'IpcMode']) {
      const id = joinedContainer(String(host[key]));
      if (id === null) continue;
      const joined = this.find(id);
      if (joined === undefined) return [404, { message: `No such container: ${id}` }];
      if (!joined.running) return [409, { message: `cannot join a non running container: ${id}` }];
    }
    return null;
  }

  #change(found: FakeMember, action: string, url: URL, body: Json): readonly [number, unknown?] {
    const wasRunning = found.running;
    switch (action) {
      case 'json':
        return [200, inspected(found)];
      case 'changes':
        return [200, found.written.map((written) => ({ Path: written, Kind: 1 }))];
      case 'logs':
        return [200, ''];
      case 'update':
        found.host = {
          ...found.host,
          RestartPolicy: { MaximumRetryCount: 0, ...(body['RestartPolicy'] as Json) },
        };
        return [200, { Warnings: [] }];
      case 'rename': {
        const name = url.searchParams.get('name') ?? '';
        if (this.find(name) !== undefined) return [409, { message: `the name ${name} is in use` }];
        found.name = name;
        return [204];
      }
      case 'start': {
        const refused = this.#joinedRefusal(found);
        if (refused !== null) return refused;
        found.running = true;
        found.fresh = false;
        return [wasRunning ? 304 : 204];
      }
      case 'stop':
        this.stopTimeouts.push(url.searchParams.get('t'));
        found.running = false;
        if (found.host['AutoRemove'] === true) this.containers.delete(found.id);
        return [wasRunning ? 204 : 304];
      default:
        return [404, { message: 'page not found' }];
    }
  }
}

function inspected({ id, name, running, exitCode, fresh, config, host }: FakeMember): unknown {
  const stopped = fresh ? 'created' : 'exited';
  return {
    ...samples.plain,
    Id: id,
    Name: `/${name}`,
    Config: config,
    HostConfig: host,
    State: {
      ...samples.plain.State,
      Status: running ? 'running' : stopped,
      Running: running,
      ExitCode: exitCode,
      Pid: running ? 7 : 0,
    },
  };
}
