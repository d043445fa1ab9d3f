import pLimit from 'p-limit';
import { Agent, request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { countParsedBytes } from '../base/minor-gc.ts';
import type { LocalImage } from '../../shared/policy/image-trust.ts';
import { isHeldBind } from '../../shared/policy/held-binds.ts';
import { parseImageReference } from '../../shared/settings/image-reference.ts';
import { field, list, text, texts } from './answer-fields.ts';
import { readNetwork, readNetworks, type ListedNetwork, type NetworkFacts } from './network-facts.ts';

/** What the gateway asks the engine about, over connections of its own. */
export interface EngineFacts {
  container(reference: string): Promise<ContainerFacts | null>;
  /**
   * Whether a container is up (paused counts); null when there is none. Unlike all else that is asked of a
   * container, the engine answers while it is at work on it.
   */
  isUp(id: string): Promise<boolean | null>;
  /**
   * A regular file of a container, as a copy out of it shows it; null where there is none, or it is longer
   * than `limit` bytes.
   */
  containerFile(id: string, file: string, limit: number): Promise<Buffer | null>;
  /** Whether there is anything at a path in a container. */
  containerHas(id: string, file: string): Promise<boolean>;
  /**
   * Asks `look` while the engine holds a container that is not up for a copy, with its files mounted; nothing
   * is copied. Null where it did not come to that.
   */
  whileHeld<T>(id: string, look: () => Promise<T | null>): Promise<T | null>;
  /** The container an exec instance belongs to; null when there is no such instance. */
  execContainer(id: string): Promise<string | null>;
  /** How far an exec instance is; null when there is no such instance. */
  execState(id: string): Promise<ExecState | null>;
  volume(name: string): Promise<VolumeFacts | null>;
  /** Makes a volume of the local driver, or finds the one of that name as it is. */
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<VolumeFacts>;
  network(reference: string): Promise<NetworkFacts | null>;
  /** All networks of the engine. */
  networks(): Promise<readonly ListedNetwork[]>;
  /** The runtime a container gets that names none. */
  defaultRuntime(): Promise<string | null>;
  /** An image by any name a create request may use: a reference, an id, the beginning of one. */
  image(reference: string): Promise<LocalImage | null>;
  /** A label that containers of an image get from it; null when it has none. */
  imageLabel(reference: string, label: string): Promise<string | null>;
  /** Every image with its names. */
  images(): Promise<readonly Pick<LocalImage, 'id' | 'tags' | 'digests'>[]>;
  /** How the engine reaches registries. */
  registries(): Promise<RegistryFacts>;
  close(): void;
}

/** `starting`: the engine has begun, and its process is not there yet; `started`: it was made, has ended, or could not be made. */
export type ExecState = 'created' | 'starting' | 'started';

export interface MountFacts {
  readonly type: string;
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly readOnly: boolean;
  readonly propagation?: string;
}
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** The image it was made of, whatever is called so by now: `sha256:…`. */
  readonly imageId: string;
  readonly runtime: string;
  /** User its first process runs as, as the image or the request says it: '' for root. */
  readonly user: string;
  readonly running: boolean;
  /** Its streams are one raw terminal, not frames of stdout and stderr. */
  readonly terminal: boolean;
  readonly pid: number;
  /** When it was started last, as the engine writes it. */
  readonly startedAt: string;
  readonly mounts: readonly MountFacts[];
  /** Destinations of binds whose source the engine does not make when it is missing (`--mount type=bind`). */
  readonly boundOnlyIfThere: readonly string[];
  /** Where its layers are, with overlay2; null with other stores. */
  readonly layers: ContainerLayers | null;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Networks by the names it was connected by, which mean what they mean when it starts; `id` '' until it
   * started first.
   */
  readonly networks: readonly { readonly name: string; readonly id: string }[];
}
/**
 * Directories of overlay2: `lowers` from the topmost on, the first of them being the engine's own "init"
 * layer.
 */
export interface ContainerLayers {
  readonly upper: string;
  readonly lowers: readonly string[];
  readonly merged: string;
}
export interface VolumeFacts {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What daemon.json says of registries (`docker info`). */
export interface RegistryFacts {
  /** Mirrors of Docker Hub, as URLs, in the order they are asked. */
  readonly mirrors: readonly string[];
  /** `host[:port]` that may be spoken to without TLS, and address ranges (CIDR). */
  readonly insecureHosts: readonly string[];
  readonly insecureRanges: readonly string[];
}

/** The engine could not be asked; the request that needed the answer is refused with 503. */
export class EngineUnreachable extends Error {}

/**
 * The engine took a question and did not answer it in time: a container of which it is held up, as a rule.
 */
export class EngineTimeout extends EngineUnreachable {
  constructor(limitMs: number) {
    super(`the engine did not answer within ${limitMs / 1000} s`);
  }
}

/** How a question that can't be answered is refused: what depends on the answer is not done. */
export function unansweredRefusal(error: EngineUnreachable): {
  readonly status: number;
  readonly message: string;
} {
  return error instanceof EngineTimeout
    ? {
        status: 504,
        message:
          `bulkhead gateway: the Docker engine could not be asked in time (${error.message}); a container that it is asked about` +
          " may hold it up: try again, and see bulkhead containers scan for what can't be inspected",
      }
    : {
        status: 503,
        message: `bulkhead gateway: the Docker engine could not be asked (${error.message}); try again when the engine is up`,
      };
}

const maxAnswerBytes = 16 * 1024 * 1024;
/**
 * Of a longer answer, the rest is read in turn: parsed it is several times as much. A container with every
 * port published has 5 MB of answer.
 */
const largeAnswerBytes = 256 * 1024;
/**
 * From the question to the end of its answer, ms. An engine that is starting a container answers nothing
 * about it until it runs.
 */
const answerLimitMs = 30_000;

/**
 * Asks over connections of its own; as many as there are questions, since a container can keep the engine
 * from answering all that are about it, and nobody else's may wait for those. `perRequestCache` bounds them for
 * each request.
 */
export function createEngineFacts(engineSocket: string, limitMs = answerLimitMs): EngineFacts {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  const largeAnswers = pLimit(1);

  /**
   * One question, to be ended by its caller; past its time it fails. A copy (`limited: false`) has none: the
   * engine would still begin with it when nobody waits any more (root-guard.ts).
   */
  const open = (
    options: RequestOptions,
    rejected: (error: EngineUnreachable) => void,
    answered: (res: IncomingMessage) => void,
    limited = true,
  ): ClientRequest => {
    let late = false;
    const failed = (error: Error) => {
      rejected(late ? new EngineTimeout(limitMs) : new EngineUnreachable(error.message));
    };
    const req = request(
      { socketPath: engineSocket, agent, ...options, headers: { Host: 'docker', ...options.headers } },
      (res) => {
        res.on('error', failed);
        answered(res);
      },
    );
    if (limited) {
      const timer = setTimeout(() => {
        late = true;
        req.destroy(new Error('too late'));
      }, limitMs);
      req.on('close', () => {
        clearTimeout(timer);
      });
    }
    req.on('error', failed);
    return req;
  };

  const ask = (path: string, post: string | null = null): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const content =
        post === null
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(post) };
      const req = open({ path, method: post === null ? 'GET' : 'POST', headers: content }, reject, (res) => {
        const parts: Buffer[] = [];
        let size = 0;
        let isLarge = false;
        res.on('data', (part: Buffer) => {
          size += part.length;
          if (size > maxAnswerBytes) req.destroy(new Error("the engine's answer is too long"));
          else parts.push(part);
          if (isLarge || size <= largeAnswerBytes) return;
          isLarge = true;
          res.pause();
          // What is made of it is dead when the turn ends, but for what is taken from it. The time limit of a
          // question ends one that hangs.
          void largeAnswers(
            () =>
              new Promise<void>((over) => {
                if (res.destroyed) {
                  over();
                  return;
                }
                res.once('close', () => {
                  countParsedBytes(size);
                  over();
                });
                res.resume();
              }),
          );
        });
        res.on('end', () => {
          const status = res.statusCode ?? 0;
          if (status === 404) {
            resolve(null);
            return;
          }
          if (status !== 200 && status !== 201) {
            reject(new EngineUnreachable(`the engine answered ${status} to ${path}`));
            return;
          }
          let answer: unknown;
          try {
            answer = JSON.parse(Buffer.concat(parts).toString('utf8'));
          } catch {
            reject(new EngineUnreachable("the engine's answer is not JSON"));
            return;
          }
          resolve(answer);
        });
      });
      req.end(post ?? undefined);
    });

  const getImage = async (reference: string): Promise<unknown> => {
    // The engine reads a reference or the beginning of an id; nothing else is asked for.
    const parsed = parseImageReference(reference);
    const named = parsed.ok && parsed.value.kind === 'image' && !reference.includes('*');
    if (!named && !/^(?:sha256:)?[0-9a-f]{1,64}$/.test(reference)) return null;
    return ask(`/images/${reference.split('/').map(encodeURIComponent).join('/')}/json`);
  };

  return {
    container: async (reference) => {
      // What is no plain name or id is not asked for: it would be another path.
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(reference)) return null;
      const found = await ask(`/containers/${reference}/json`);
      return found === null ? null : readContainer(found);
    },
    isUp: async (id) => {
      if (!/^[0-9a-f]{64}$/.test(id)) return null;
      const found = await ask(
        `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify({ id: [id] }))}`,
      );
      const state = Array.isArray(found)
        ? found.map((one: unknown) => text(field(one, 'State')))[0]
        : undefined;
      return state === undefined ? null : state === 'running' || state === 'paused';
    },
    containerFile: (id, file, limit) =>
      new Promise((resolve, reject) => {
        const read = (res: IncomingMessage) => {
          const parts: Buffer[] = [];
          let size = 0;
          res.on('data', (part: Buffer) => {
            size += part.length;
            // A header, the content, padding and the end.
            if (size > limit + 64 * 1024) {
              resolve(null);
              req.destroy();
            } else parts.push(part);
          });
          res.on('end', () => {
            resolve(res.statusCode === 200 ? onlyFile(Buffer.concat(parts)) : null);
          });
        };
        const req = open({ path: archivePath(id, file) }, reject, read, false);
        req.end();
      }),
    containerHas: (id, file) =>
      new Promise((resolve, reject) => {
        const read = (res: IncomingMessage) => {
          res.resume();
          resolve(res.statusCode === 200);
        };
        open({ method: 'HEAD', path: archivePath(id, file) }, reject, read, false).end();
      }),
    whileHeld: async (id, look) => {
      const hold = (method: 'PUT' | 'GET'): ReturnType<typeof look> =>
        new Promise((resolve, reject) => {
          const seen = () => {
            look()
              .then(resolve, reject)
              .finally(() => {
                req.destroy();
              });
          };
          const upload = {
            'Content-Type': 'application/x-tar',
            'Transfer-Encoding': 'chunked',
            Expect: '100-continue',
          };
          const options = {
            method,
            path: archivePath(id, '/'),
            agent: false,
            headers: method === 'PUT' ? upload : {},
          };
          const req = open(options, reject, (res) => {
            // The engine does not go on while nobody reads; what it refuses to write to, it may still read.
            if (method === 'GET' && res.statusCode === 200) {
              seen();
              return;
            }
            req.destroy();
            resolve(null);
          });
          req.once('continue', seen);
          if (method === 'PUT') req.flushHeaders();
          else req.end();
        });
      return (await hold('PUT')) ?? hold('GET');
    },
    execContainer: async (id) => {
      if (!/^[0-9a-f]{64}$/.test(id)) return null;
      const found = await ask(`/exec/${id}/json`);
      return found === null ? null : text(field(found, 'ContainerID'));
    },
    execState: async (id) => {
      if (!/^[0-9a-f]{64}$/.test(id)) return null;
      const found = await ask(`/exec/${id}/json`);
      if (found === null) return null;
      const pid = field(found, 'Pid');
      if ((typeof pid === 'number' && pid > 0) || typeof field(found, 'ExitCode') === 'number')
        return 'started';
      return field(found, 'Running') === true ? 'starting' : 'created';
    },
    volume: async (name) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return null;
      const found = await ask(`/volumes/${name}`);
      return found === null ? null : readVolume(found);
    },
    createVolume: async (name, labels) =>
      readVolume(
        await ask('/volumes/create', JSON.stringify({ Name: name, Driver: 'local', Labels: labels })),
      ),
    network: async (reference) => {
      if (reference === '' || reference.includes('/') || reference === '.' || reference === '..') return null;
      const found = await ask(`/networks/${encodeURIComponent(reference)}`);
      return found === null ? null : readNetwork(found);
    },
    networks: async () => readNetworks(await ask('/networks')),
    defaultRuntime: async () => text(field(await ask('/info'), 'DefaultRuntime')) || null,
    image: async (reference) => {
      const found = await getImage(reference);
      return found === null ? null : readImage(found, () => ask('/info'));
    },
    imageLabel: async (reference, label) =>
      texts(field(field(await getImage(reference), 'Config'), 'Labels'))[label] ?? null,
    images: async () => {
      const found = await ask('/images/json');
      return (Array.isArray(found) ? found : []).map((image: unknown) => ({
        id: text(field(image, 'Id')),
        tags: list(field(image, 'RepoTags')),
        digests: list(field(image, 'RepoDigests')),
      }));
    },
    registries: async () => readRegistries(field(await ask('/info'), 'RegistryConfig')),
    close: () => {
      agent.destroy();
    },
  };
}

const archivePath = (id: string, file: string): string =>
  `/containers/${encodeURIComponent(id)}/archive?path=${encodeURIComponent(file)}`;

/** The content of an archive that is one regular file. */
function onlyFile(archive: Buffer): Buffer | null {
  const size = (at: number) => Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8);
  // Before a file whose owner has a large id comes a header with that.
  const at = archive[156] === 0x78 ? 512 + Math.ceil(size(0) / 512) * 512 : 0;
  const type = archive[at + 156];
  const bytes = size(at);
  return (type === 0x30 || type === 0) && bytes >= 0 && archive.length >= at + 512 + bytes
    ? archive.subarray(at + 512, at + 512 + bytes)
    : null;
}

/**
 * Graph drivers whose names no containerd snapshotter has. The others are told apart by what the engine says
 * of itself.
 */
const graphDriverNames = new Set(['overlay2', 'vfs', 'aufs', 'devicemapper', 'windowsfilter']);

async function readImage(found: unknown, info: () => Promise<unknown>): Promise<LocalImage> {
  const driver = text(field(field(found, 'GraphDriver'), 'Name'));
  // In doubt containerd's: there fewer of the engine's words count as proof.
  const graph =
    field(found, 'Descriptor') == null &&
    (graphDriverNames.has(driver) ||
      (['btrfs', 'zfs', 'fuse-overlayfs'].includes(driver) && !usesContainerdStore(await info())));
  return {
    id: text(field(found, 'Id')),
    tags: list(field(found, 'RepoTags')),
    digests: list(field(found, 'RepoDigests')),
    layers: list(field(field(found, 'RootFS'), 'Layers')),
    store: graph ? 'graph' : 'containerd',
  };
}

function usesContainerdStore(info: unknown): boolean {
  const status = field(info, 'DriverStatus');
  return (
    !Array.isArray(status) ||
    status.some(
      (row: unknown) =>
        Array.isArray(row) && row[0] === 'driver-type' && String(row[1]).startsWith('io.containerd.'),
    )
  );
}

function readRegistries(config: unknown): RegistryFacts {
  const indexes = field(config, 'IndexConfigs');
  const insecure =
    typeof indexes === 'object' && indexes !== null
      ? Object.entries(indexes)
          .filter(([, index]) => field(index, 'Secure') === false)
          .map(([host]) => host.toLowerCase())
      : [];
  return {
    mirrors: list(field(config, 'Mirrors')),
    insecureHosts: insecure,
    insecureRanges: list(field(config, 'InsecureRegistryCIDRs')),
  };
}

const readVolume = (found: unknown): VolumeFacts => ({
  name: text(field(found, 'Name')),
  driver: text(field(found, 'Driver')),
  options: texts(field(found, 'Options')),
  labels: texts(field(found, 'Labels')),
});

function readLayers(driver: unknown): ContainerLayers | null {
  const at = (key: string) => text(field(field(driver, 'Data'), key));
  const [upper, merged, lowers] = [
    at('UpperDir'),
    at('MergedDir'),
    at('LowerDir')
      .split(':')
      .filter((one) => one !== ''),
  ];
  return field(driver, 'Name') !== 'overlay2' || upper === '' || merged === '' || lowers.length === 0
    ? null
    : { upper, merged, lowers };
}

function readContainer(found: unknown): ContainerFacts {
  const state = field(found, 'State');
  const pid = field(state, 'Pid');
  const mounts = field(found, 'Mounts');
  const asked = field(field(found, 'HostConfig'), 'Mounts');
  const networks = field(field(found, 'NetworkSettings'), 'Networks');
  return {
    id: text(field(found, 'Id')),
    name: text(field(found, 'Name')).replace(/^\//, ''),
    image: text(field(field(found, 'Config'), 'Image')),
    imageId: text(field(found, 'Image')),
    runtime: text(field(field(found, 'HostConfig'), 'Runtime')),
    labels: texts(field(field(found, 'Config'), 'Labels')),
    networks: Object.entries(networks ?? {}).map(([name, endpoint]) => ({
      name,
      id: text(field(endpoint, 'NetworkID')),
    })),
    user: text(field(field(found, 'Config'), 'User')),
    running: field(state, 'Running') === true,
    terminal: field(field(found, 'Config'), 'Tty') === true,
    pid: typeof pid === 'number' ? pid : 0,
    startedAt: text(field(state, 'StartedAt')),
    boundOnlyIfThere: (Array.isArray(asked) ? asked : [])
      .filter(
        (mount: unknown) =>
          text(field(mount, 'Type')) === 'bind' &&
          field(field(mount, 'BindOptions'), 'CreateMountpoint') !== true &&
          !isHeldBind(text(field(mount, 'Consistency'))),
      )
      .map((mount: unknown) => text(field(mount, 'Target'))),
    layers: readLayers(field(found, 'GraphDriver')),
    mounts: (Array.isArray(mounts) ? mounts : []).map((mount: unknown) => ({
      type: text(field(mount, 'Type')),
      name: text(field(mount, 'Name')),
      source: text(field(mount, 'Source')),
      destination: text(field(mount, 'Destination')),
      readOnly: field(mount, 'RW') === false,
      propagation: text(field(mount, 'Propagation')),
    })),
  };
}
