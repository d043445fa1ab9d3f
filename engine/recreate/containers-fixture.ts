import { createServer, type Server } from 'node:http';

interface FakeContainer {
  id: string;
  runtime: string;
  running?: boolean;
  pid?: number;
  created?: string;
  started?: string;
  finished?: string;
  name?: string;
  state?: string;
  command?: string;
  labels?: Record<string, string>;
  pidMode?: string;
  networkMode?: string;
  privileged?: boolean;
  stopTimeout?: number;
  restarting?: boolean;
  hostMounts?: { Type: string; Source: string; Target: string }[];
  mounts?: { Type: string; Name?: string; Source: string; Destination: string }[];
}

/**
 * Implements list, inspect, stop and delete like the engine; for numbers and races that a real engine can't
 * produce on demand.
 */
export class FakeEngine {
  readonly containers = new Map<string, FakeContainer>();
  readonly vanished = new Set<string>();
  readonly broken = new Set<string>();
  /** Somebody starts these right after their inspect. */
  readonly startedMeanwhile = new Set<string>();
  /** Inspects of these never get a response. */
  readonly hung = new Set<string>();
  /** These do not end after a stop request, which gets no response. */
  readonly stopping = new Set<string>();
  /** Those of them whose request its client has closed. */
  readonly disconnected = new Set<string>();
  version = '28.0.0';
  readonly calls: string[] = [];
  readonly usedVolumes = new Set<string>();
  lists = 0;
  inspecting = 0;
  mostInspecting = 0;
  readonly socket: string;
  readonly #server: Server;

  constructor(socket: string) {
    this.socket = socket;
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://engine');
      if (request.method !== 'GET') this.calls.push(`${request.method} ${url.pathname}${url.search}`);
      const send = (status: number, body?: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body === undefined ? '' : JSON.stringify(body));
      };
      const volume = /^\/volumes\/(.+)$/.exec(url.pathname)?.[1];
      if (this.stopping.size > 0)
        response.once('close', () => {
          const stopped = /^\/containers\/([^/]+)\/stop$/.exec(url.pathname)?.[1];
          if (stopped !== undefined) this.disconnected.add(stopped);
        });
      if (url.pathname === '/version') send(200, { Version: this.version });
      else if (url.pathname === '/containers/json') this.#list(url.searchParams.get('all'), send);
      else if (volume !== undefined) {
        if (this.usedVolumes.has(volume)) send(409, { message: 'volume is in use' });
        else send(204);
      } else {
        const [, id = '', action = ''] = /^\/containers\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
        const isForced = url.searchParams.get('force') === 'true';
        if (request.method !== 'DELETE') this.#respondTo(id, action, send);
        else if (this.containers.get(id)?.running === true && !isForced)
          send(409, { message: 'container is running: stop the container before removing or force remove' });
        else this.#respondTo(id, 'remove', send);
      }
    });
  }

  #list(all: string | null, send: Send): void {
    this.lists++;
    const listed = all === 'true' || all === '1' ? [...this.containers.values()] : [];
    send(
      200,
      listed.map((c) => ({
        Id: c.id,
        Names: [`/c-${c.id.slice(0, 6)}`],
        Image: 'busybox',
        State: c.running ? 'running' : 'exited',
        Status: 'Exited (0)',
        Created: Date.parse(c.created ?? '1970-01-01T00:00:01Z') / 1000,
        Labels: c.labels ?? {},
        Command: c.command ?? 'sh',
      })),
    );
  }

  #respondTo(id: string, action: string, send: Send): void {
    const container = this.containers.get(id);
    if (container === undefined || this.vanished.has(id)) send(404, { message: 'No such container' });
    else if (action === 'remove') {
      this.containers.delete(id);
      send(204);
    } else if (action === 'stop') {
      if (this.stopping.has(id)) return;
      container.running = false;
      send(204);
    } else if (this.broken.has(id)) send(500, { message: 'broken state' });
    else if (!this.hung.has(id)) {
      this.inspecting++;
      this.mostInspecting = Math.max(this.mostInspecting, this.inspecting);
      setImmediate(() => {
        this.inspecting--;
        send(200, inspectResponse(container));
        if (this.startedMeanwhile.has(id)) container.running = true;
      });
    }
  }

  add(container: Partial<FakeContainer> & { id: string }): void {
    this.containers.set(container.id, { runtime: 'runc', ...container });
  }
  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(this.socket, resolve);
    });
  }
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}
export const id = (n: number) => n.toString(16).padStart(64, '0');

type Send = (status: number, body?: unknown) => void;

const inspectResponse = (container: FakeContainer): unknown => ({
  Id: container.id,
  Name: `/${container.name ?? `c-${container.id.slice(0, 6)}`}`,
  Created: container.created ?? '2026-01-01T00:00:00Z',
  Config: {
    Image: 'busybox',
    Labels: container.labels ?? { a: 'b' },
    ...(container.stopTimeout === undefined ? {} : { StopTimeout: container.stopTimeout }),
  },
  State: {
    Status: container.state ?? (container.running ? 'running' : 'exited'),
    Running: container.running === true,
    Paused: false,
    Restarting: container.restarting === true,
    Pid: container.pid ?? 0,
    StartedAt: container.started ?? '2026-01-01T00:00:01Z',
    FinishedAt: container.finished ?? '0001-01-01T00:00:00Z',
  },
  HostConfig: {
    Runtime: container.runtime,
    Privileged: container.privileged === true,
    PidMode: container.pidMode ?? '',
    NetworkMode: container.networkMode ?? 'default',
    IpcMode: 'private',
    UTSMode: '',
    RestartPolicy: { Name: 'always' },
    Mounts: container.hostMounts,
  },
  Mounts: container.mounts ?? [],
});
