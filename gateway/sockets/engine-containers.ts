import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { onBoundedLines } from '../../shared/process/bounded-lines.ts';
import { startTimeLimit } from '../base/time-limit.ts';

/** A container as the engine lists it. */
export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly binds: readonly string[];
}

/** `create`, `destroy`, `rename`: events that may change a socket's container. */
export interface ContainerEvent {
  readonly action: string;
  readonly id: string;
  readonly name: string;
}

/** The engine operations that socket mounts need, over connections of their own. */
export interface EngineContainers {
  /** All containers, stopped ones too. Rejects when the engine can't be reached, or responds otherwise. */
  list(): Promise<ListedContainer[]>;
  /** Whether the engine has a container with this id. Rejects when it does not say. */
  exists(id: string): Promise<boolean>;
  /** Removes a container and its anonymous volumes, running or not. */
  remove(id: string): Promise<void>;
  /**
   * Follows the engine's events until the stream ends; `connected` is called when it is open. Resolves at its
   * end, for whatever reason.
   */
  follow(
    on: { readonly connected: () => void; readonly event: (event: ContainerEvent) => void },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * True: the engine is about to stop, which an event stream would delay; streams are closed, and not opened
   * until the call with false.
   */
  setEngineStopping(stopping: boolean): void;
  /** Meanwhile a request by oneself would delay its stop, or start it again. */
  readonly isEngineStopping: boolean;
}

const maxListBytes = 64 * 1024 * 1024;
/** Longest line of the event stream, characters. A longer one is cut, and so no event. */
const maxEventLength = 256 * 1024;

export function engineContainers(engineSocket: string): EngineContainers {
  const following = new Set<ClientRequest>();
  let engineStop: AbortController | null = null;
  return {
    get isEngineStopping() {
      return engineStop !== null;
    },
    setEngineStopping: (stopping) => {
      if (!stopping) {
        engineStop?.abort();
        engineStop = null;
        return;
      }
      engineStop ??= new AbortController();
      for (const req of following) req.destroy();
    },
    list: async () => {
      const { status, text } = await call(engineSocket, 'GET', '/containers/json?all=1');
      if (status !== 200) throw new Error(`the engine answered ${status} to a list of containers`);
      return readList(JSON.parse(text));
    },
    exists: async (id) => {
      const { status, text } = await call(engineSocket, 'GET', `/containers/${id}/json`);
      if (status !== 200 && status !== 404)
        throw new Error(`the engine answered ${status} to a request for container ${id}`);
      if (status === 404) return false;
      const found = textOf(at(JSON.parse(text), 'Id'));
      if (found === '') throw new Error(`the engine's response about container ${id} names none`);
      // The engine also looks for a container with that name.
      return found === id;
    },
    remove: async (id) => {
      const { status, text } = await call(engineSocket, 'DELETE', `/containers/${id}?force=1&v=1`);
      if (status !== 204 && status !== 404)
        throw new Error(`the engine answered ${status}: ${text.slice(0, 500)}`);
    },
    follow: async (on, signal) => {
      if (engineStop !== null) await once(AbortSignal.any([engineStop.signal, signal]), 'abort');
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        followEvents(engineSocket, on, signal, following, resolve);
      });
    },
  };
}

type Follower = Parameters<EngineContainers['follow']>[0];

/**
 * Sends one request for events; `ended` is called at its end, for whatever reason. It is in `following` while
 * it is open.
 */
function followEvents(
  engineSocket: string,
  on: Follower,
  signal: AbortSignal,
  following: Set<ClientRequest>,
  ended: () => void,
): void {
  const filters = encodeURIComponent(
    JSON.stringify({ type: ['container'], event: ['create', 'destroy', 'rename'] }),
  );
  const end = () => {
    following.delete(req);
    ended();
  };
  const req = request(
    {
      socketPath: engineSocket,
      path: `/events?filters=${filters}`,
      headers: { Host: 'docker' },
      agent: false,
      signal,
    },
    (res) => {
      res.on('error', end);
      res.on('close', end);
      if (res.statusCode !== 200) {
        res.resume();
        return;
      }
      on.connected();
      onBoundedLines(
        res,
        (line) => {
          const event = readEvent(line);
          if (event !== null) on.event(event);
        },
        maxEventLength,
      );
    },
  );
  following.add(req);
  req.on('error', end);
  req.end();
}

function call(socketPath: string, method: string, path: string): Promise<{ status: number; text: string }> {
  const limit = startTimeLimit('engineResponse');
  const response = new Promise<{ status: number; text: string }>((resolve, reject) => {
    const req = request(
      { socketPath, method, path, headers: { Host: 'docker' }, agent: false },
      (res: IncomingMessage) => {
        const parts: Buffer[] = [];
        let size = 0;
        res.on('data', (part: Buffer) => {
          size += part.length;
          if (size > maxListBytes) req.destroy(new Error("the engine's response is too long"));
          else parts.push(part);
        });
        res.on('error', reject);
        res.on('end', () => {
          resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
        });
      },
    );
    limit.signal.addEventListener('abort', () => {
      req.destroy(new Error(`the engine did not respond within ${limit.totalMs() / 1000} s`));
    });
    req.on('error', reject);
    req.end();
  });
  return response.finally(() => {
    limit.end();
  });
}

/** Throws for anything but a list of containers: what it lacks would be taken for removed. */
function readList(found: unknown): ListedContainer[] {
  const entries: readonly unknown[] | null = Array.isArray(found) ? found : null;
  if (entries?.every((entry) => textOf(at(entry, 'Id')) !== '') !== true)
    throw new Error("the engine's response is no list of containers");
  return entries.map((entry) => ({
    id: textOf(at(entry, 'Id')),
    name: textOf(listOf(at(entry, 'Names'))[0]).replace(/^\//, ''),
    binds: listOf(at(entry, 'Mounts'))
      .filter((mount) => at(mount, 'Type') === 'bind')
      .map((mount) => textOf(at(mount, 'Source'))),
  }));
}

function readEvent(line: string): ContainerEvent | null {
  try {
    const event: unknown = JSON.parse(line);
    const actor = at(event, 'Actor');
    const id = textOf(at(actor, 'ID'));
    return id === ''
      ? null
      : { action: textOf(at(event, 'Action')), id, name: textOf(at(at(actor, 'Attributes'), 'name')) };
  } catch {
    return null;
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined; // an object with that key
}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
