import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ContainerFacts, EngineFacts, VolumeFacts } from '../engine-api/engine-facts.ts';
import type { NetworkFacts } from '../engine-api/network-facts.ts';
import { parseBind } from '../../shared/policy/bind-spec.ts';
import { listenOnSocket } from './listen.ts';
import type { EngineInterceptor } from './session.ts';

interface FakeContainer {
  readonly id: string;
  readonly name: string;
  readonly body: Record<string, unknown>;
}
interface FakeObjects {
  readonly containers: FakeContainer[];
  readonly networks: NetworkFacts[];
  readonly volumes: VolumeFacts[];
}

const maxBody = 4 * 1024 * 1024;
/** Reads that are forwarded to the real engine where the simulated one has no answer. */
const forwardedReads = new RegExp(
  '^/(?:_ping|version|info|images/json|images/.+/json|containers/[^/]+/json|' +
    'networks|networks/[^/]+|volumes|volumes/[^/]+)$',
);

/**
 * Stands behind a dry run that has to go on (Compose makes a network, then a container, then another one):
 * what is made exists here alone. Only the listed reads reach the real engine. `runtime` is what
 * containers made here run with: what was refused is not asked about.
 */
export function fakeEngine(runtime: string): EngineInterceptor {
  const objects: FakeObjects = { containers: [], networks: [], volumes: [] };
  return {
    facts: (facts) => fakeFacts(facts, objects, runtime),
    serve: (socket, engineSocket) => {
      const server = createServer((request, response) => {
        void answer(objects, request, response, engineSocket).catch(() => {
          response.destroy();
        });
      });
      return listenOnSocket(server, socket);
    },
  };
}

function fakeFacts(facts: EngineFacts, objects: FakeObjects, runtime: string): EngineFacts {
  const container = (name: string) => objects.containers.find((one) => one.id === name || one.name === name);
  return {
    ...facts,
    container: (name) => {
      const found = container(name);
      return found === undefined ? facts.container(name) : Promise.resolve(factsOf(found, runtime));
    },
    isUp: (id) => (container(id) === undefined ? facts.isUp(id) : Promise.resolve(false)),
    network: (name) => {
      const found = objects.networks.find((one) => one.id === name || one.name === name);
      return found === undefined ? facts.network(name) : Promise.resolve(found);
    },
    volume: (name) => {
      const found = objects.volumes.find((one) => one.name === name);
      return found === undefined ? facts.volume(name) : Promise.resolve(found);
    },
  };
}

function factsOf({ id, name, body }: FakeContainer, runtime: string): ContainerFacts {
  const host = record(body['HostConfig']);
  const binds = list(host['Binds']).flatMap((bind) => {
    const parsed = parseBind(String(bind));
    return parsed.ok
      ? [
          {
            type: parsed.spec.kind === 'path' ? 'bind' : 'volume',
            name: parsed.spec.kind === 'path' ? '' : parsed.spec.source,
            source: parsed.spec.kind === 'path' ? parsed.spec.source : '',
            destination: parsed.spec.destination,
            readOnly: false,
          },
        ]
      : [];
  });
  const mounts = list(host['Mounts'])
    .map(record)
    .map((mount) => ({
      type: text(mount['Type']),
      name: mount['Type'] === 'volume' ? text(mount['Source']) : '',
      source: text(mount['Source']),
      destination: text(mount['Target']),
      readOnly: mount['ReadOnly'] === true,
    }));
  return {
    id,
    name,
    image: text(body['Image']),
    imageId: '',
    runtime,
    user: '',
    running: false,
    terminal: false,
    pid: 0,
    startedAt: '',
    mounts: [...binds, ...mounts],
    boundOnlyIfThere: [],
    layers: null,
    labels: strings(body['Labels']),
    networks: [],
  };
}

async function answer(
  objects: FakeObjects,
  request: IncomingMessage,
  response: ServerResponse,
  engineSocket: string,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://docker');
  const path = url.pathname.replace(/^\/v1\.\d+(?=\/)/, '');
  const reply = (status: number, value?: unknown) => {
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Api-Version': '1.45',
      Ostype: 'linux',
    });
    response.end(value === undefined || request.method === 'HEAD' ? '' : JSON.stringify(value));
  };
  const body = await readBody(request);
  if (request.method === 'POST') {
    const id = randomBytes(32).toString('hex');
    switch (path) {
      case '/containers/create':
        objects.containers.push({ id, name: url.searchParams.get('name') ?? id.slice(0, 12), body });
        reply(201, { Id: id, Warnings: [] });
        return;
      case '/networks/create':
        objects.networks.push({
          id,
          name: text(body['Name']),
          driver: text(body['Driver']) || 'bridge',
          labels: strings(body['Labels']),
        });
        reply(201, { Id: id, Warning: '' });
        return;
      case '/volumes/create': {
        const volume = {
          name: text(body['Name']) || id,
          driver: text(body['Driver']) || 'local',
          options: strings(body['DriverOpts']),
          labels: strings(body['Labels']),
        };
        objects.volumes.push(volume);
        reply(201, volumeAnswer(volume));
        return;
      }
      case '/images/create':
        reply(200, { status: 'made up' });
        return;
      case '/build':
        reply(200, { aux: { ID: `sha256:${id}` } });
        return;
      default:
        reply(path.endsWith('/json') ? 404 : 204);
        return;
    }
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    reply(request.method === 'PUT' ? 200 : 204);
    return;
  }

  const name = decodeURIComponent(
    path
      .split('/')
      .slice(2)
      .join('/')
      .replace(/\/json$/, ''),
  );
  if (path === '/containers/json') {
    reply(
      200,
      objects.containers.filter(({ body: { Labels } }) => hasLabels(strings(Labels), url)).map(listed),
    );
    return;
  }
  if (path.startsWith('/containers/')) {
    const found = objects.containers.find((one) => one.id === name || one.name === name);
    if (found !== undefined) {
      reply(200, inspected(found));
      return;
    }
  }
  if (path.startsWith('/networks/')) {
    const found = objects.networks.find((one) => one.id === name || one.name === name);
    if (found !== undefined) {
      reply(200, networkAnswer(found));
      return;
    }
  }
  if (path.startsWith('/volumes/')) {
    const found = objects.volumes.find((one) => one.name === name);
    if (found !== undefined) {
      reply(200, volumeAnswer(found));
      return;
    }
  }

  const real = forwardedReads.test(path)
    ? await ask(engineSocket, request.method, `${path}${url.search}`)
    : null;
  if (path === '/networks') {
    reply(200, [
      ...list(real?.value),
      ...objects.networks.filter((network) => isNamed(network.name, url)).map(networkAnswer),
    ]);
    return;
  }
  // An image that is not here would be pulled, or built, first: for what is asked here it is there.
  if (/^\/images\/.+\/json$/.test(path) && real?.status !== 200) {
    reply(200, {
      Id: `sha256:${'0'.repeat(64)}`,
      RepoTags: [name],
      RepoDigests: [],
      Config: {},
      Os: 'linux',
      Architecture: 'amd64',
      RootFS: { Type: 'layers', Layers: [] },
    });
    return;
  }
  if (path === '/_ping') {
    response.writeHead(200, {
      'Api-Version': '1.45',
      Ostype: 'linux',
      'Docker-Experimental': 'false',
      'Builder-Version': '1',
    });
    response.end(request.method === 'HEAD' ? '' : 'OK');
    return;
  }
  if (real === null) {
    reply(404, { message: 'bulkhead explain: not asked' });
    return;
  }
  reply(real.status, real.value);
}

/** One read of the real engine. */
function ask(
  socketPath: string,
  method: string,
  path: string,
): Promise<{ status: number; value: unknown } | null> {
  return new Promise((resolve) => {
    const upstream = httpRequest(
      {
        socketPath,
        method: method === 'HEAD' ? 'GET' : method,
        path,
        headers: { Host: 'docker' },
        timeout: 10_000,
      },
      (answered) => {
        readText(answered).then(
          (text) => {
            let value: unknown = text;
            try {
              value = JSON.parse(text);
            } catch {
              /* _ping is plain text */
            }
            resolve({ status: answered.statusCode ?? 500, value });
          },
          () => {
            resolve(null);
          },
        );
      },
    );
    upstream.on('timeout', () => {
      upstream.destroy(new Error('the engine does not answer'));
    });
    upstream.on('error', () => {
      resolve(null);
    });
    upstream.end();
  });
}

const readBody = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  try {
    return record(JSON.parse(await readText(request)));
  } catch {
    return {};
  }
};

/** What comes, as far as it is kept. */
async function readText(stream: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    // without an encoding: buffers
    size += part.length;
    if (size <= maxBody) parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `filters` come as {"label":["a=b"]} or {"label":{"a=b":true}}. */
function filtersOf(url: URL, key: string): readonly string[] {
  try {
    const filters: unknown = record(JSON.parse(url.searchParams.get('filters') ?? '{}'))[key];
    return Array.isArray(filters) ? filters.map(String) : Object.keys(record(filters));
  } catch {
    return [];
  }
}
const hasLabels = (labels: Readonly<Record<string, string>>, url: URL): boolean =>
  filtersOf(url, 'label').every((wanted) => {
    const [key = '', ...value] = wanted.split('=');
    return Object.hasOwn(labels, key) && (value.length === 0 || labels[key] === value.join('='));
  });
const isNamed = (name: string, url: URL): boolean => {
  const names = filtersOf(url, 'name');
  return names.length === 0 || names.some((one) => name.includes(one.replace(/^\^|\$$/g, '')));
};

const listed = ({ id, name, body }: FakeContainer) => ({
  Id: id,
  Names: [`/${name}`],
  Image: body['Image'],
  ImageID: '',
  Labels: body['Labels'] ?? {},
  State: 'created',
  Status: 'Created',
  Created: 0,
  Ports: [],
  Mounts: [],
  HostConfig: {},
  NetworkSettings: { Networks: {} },
});
const inspected = ({ id, name, body }: FakeContainer) => ({
  Id: id,
  Name: `/${name}`,
  Image: '',
  Created: '2000-01-01T00:00:00Z',
  State: { Status: 'created', Running: false, Pid: 0 },
  Config: body,
  HostConfig: body['HostConfig'] ?? {},
  Mounts: [],
  NetworkSettings: { Networks: record(record(body['NetworkingConfig'])['EndpointsConfig']) },
});
const networkAnswer = ({ id, name, driver, labels }: NetworkFacts) => ({
  Id: id,
  Name: name,
  Driver: driver,
  Labels: labels,
  Scope: 'local',
  Created: '2000-01-01T00:00:00Z',
  IPAM: { Config: [] },
  Containers: {},
  Options: {},
});
const volumeAnswer = ({ name, driver, options, labels }: VolumeFacts) => ({
  Name: name,
  Driver: driver,
  Options: options,
  Labels: labels,
  Mountpoint: '',
  Scope: 'local',
  CreatedAt: '2000-01-01T00:00:00Z',
});

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []; // its elements stay unknown
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}; // its values stay unknown
const strings = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(record(value)).map(([key, entry]) => [key, String(entry)]));
