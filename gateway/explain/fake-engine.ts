import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { withRequiredOptions } from '../../shared/policy/network-volumes.ts';
import { fakeFacts, findByIdOrName, type FakeObjects } from './fake-objects.ts';
import {
  absentImage,
  containerInspect,
  containerListEntry,
  networkResponse,
  volumeResponse,
} from './fake-responses.ts';
import { list, record, strings, text } from './json-values.ts';
import { hasLabels, isNamed } from './list-filters.ts';
import { listenOnSocket } from './listen-on-socket.ts';
import type { EngineInterceptor } from './session.ts';

const maxBodyBytes = 4 * 1024 * 1024;
/** Reads that are forwarded to the real engine where the simulated one has no such object. */
const forwardedReads = new RegExp(
  '^/(?:version|info|images/json|images/.+/json|containers/[^/]+/json|' +
    'networks|networks/[^/]+|volumes|volumes/[^/]+)$',
);

/**
 * The engine of a dry run that has to continue (Compose creates a network, then a container, then another
 * one): what is created exists here alone. Only `forwardedReads` reach the real engine. `runtime` is the
 * runtime of containers created here.
 */
export function fakeEngine(runtime: string): EngineInterceptor {
  const objects: FakeObjects = { containers: [], networks: [], volumes: [] };
  return {
    facts: (facts) => fakeFacts(facts, objects, runtime),
    hasContainer: (reference) => findByIdOrName(objects.containers, reference) !== undefined,
    serve: (socket, engineSocket) => {
      const server = createServer((request, response) => {
        void respond(objects, request, response, engineSocket).catch(() => {
          response.destroy();
        });
      });
      return listenOnSocket(server, socket);
    },
  };
}

/** Status and JSON body of a response. */
interface Reply {
  readonly status: number;
  readonly value?: unknown;
}

async function respond(
  objects: FakeObjects,
  request: IncomingMessage,
  response: ServerResponse,
  engineSocket: string,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://docker');
  const path = url.pathname.replace(/^\/v1\.\d+(?=\/)/, '');
  const method = request.method ?? '';
  const body = await readBody(request);
  const isHead = method === 'HEAD';
  if (path === '/_ping' && (method === 'GET' || isHead)) {
    response.writeHead(200, {
      'Api-Version': '1.45',
      Ostype: 'linux',
      'Docker-Experimental': 'false',
      'Builder-Version': '1',
    });
    response.end(isHead ? '' : 'OK');
    return;
  }
  const { status, value } =
    method === 'POST'
      ? create(objects, path, url, body)
      : method === 'GET' || isHead
        ? await read(objects, path, url, (target) => readReal(engineSocket, method, target))
        : { status: method === 'PUT' ? 200 : 204 };
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Api-Version': '1.45',
    Ostype: 'linux',
  });
  response.end(value === undefined || isHead ? '' : JSON.stringify(value));
}

/** Creates an object here; other writes succeed without effect. */
function create(objects: FakeObjects, path: string, url: URL, body: Record<string, unknown>): Reply {
  const id = randomBytes(32).toString('hex');
  switch (path) {
    case '/containers/create':
      objects.containers.push({ id, name: url.searchParams.get('name') ?? id.slice(0, 12), body });
      return { status: 201, value: { Id: id, Warnings: [] } };
    case '/networks/create':
      objects.networks.push({
        id,
        name: text(body['Name']),
        driver: text(body['Driver']) || 'bridge',
        labels: strings(body['Labels']),
      });
      return { status: 201, value: { Id: id, Warning: '' } };
    case '/volumes/create': {
      const driver = text(body['Driver']) || 'local';
      const volume = {
        name: text(body['Name']) || id,
        driver,
        // As the gateway would have written them.
        options: Object.fromEntries(
          withRequiredOptions({ driver, options: new Map(Object.entries(strings(body['DriverOpts']))) }),
        ),
        labels: strings(body['Labels']),
      };
      objects.volumes.push(volume);
      return { status: 201, value: volumeResponse(volume) };
    }
    case '/images/create':
      return { status: 200, value: { status: 'simulated' } };
    case '/build':
      return { status: 200, value: { aux: { ID: `sha256:${id}` } } };
    default:
      return { status: path.endsWith('/json') ? 404 : 204 };
  }
}

/** Reads an object created here, else what `forward` gets from the real engine. */
async function read(
  objects: FakeObjects,
  path: string,
  url: URL,
  forward: (target: string) => Promise<Reply | null>,
): Promise<Reply> {
  const name = decodeURIComponent(
    path
      .split('/')
      .slice(2)
      .join('/')
      .replace(/\/json$/, ''),
  );
  const created = readCreated(objects, path, url, name);
  if (created !== null) return { status: 200, value: created };
  const real = forwardedReads.test(path) ? await forward(`${path}${url.search}`) : null;
  if (path === '/networks') {
    const networks = objects.networks.filter((network) => isNamed(network.name, url)).map(networkResponse);
    return { status: 200, value: [...list(real?.value), ...networks] };
  }
  // An absent image would be pulled, or built, first: in a dry run it exists.
  if (/^\/images\/.+\/json$/.test(path) && real?.status !== 200)
    return { status: 200, value: absentImage(name) };
  return real ?? { status: 404, value: { message: 'bulkhead explain: not asked' } };
}

/** The response for an object created here, or a list of containers; null: there is none. */
function readCreated(objects: FakeObjects, path: string, url: URL, name: string): unknown {
  if (path === '/containers/json')
    return objects.containers
      .filter(({ body: { Labels } }) => hasLabels(strings(Labels), url))
      .map(containerListEntry);
  if (path.startsWith('/containers/')) {
    const found = findByIdOrName(objects.containers, name);
    return found === undefined ? null : containerInspect(found);
  }
  if (path.startsWith('/networks/')) {
    const found = findByIdOrName(objects.networks, name);
    return found === undefined ? null : networkResponse(found);
  }
  const volume = path.startsWith('/volumes/') ? objects.volumes.find((one) => one.name === name) : undefined;
  return volume === undefined ? null : volumeResponse(volume);
}

/** Sends one read to the real engine; null: it did not respond. */
function readReal(
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
      (incoming) => {
        readText(incoming).then(
          (text) => {
            let value: unknown = text;
            try {
              value = JSON.parse(text);
            } catch {
              /* _ping is plain text */
            }
            resolve({ status: incoming.statusCode ?? 500, value });
          },
          () => {
            resolve(null);
          },
        );
      },
    );
    upstream.on('timeout', () => {
      upstream.destroy(new Error('the engine does not respond'));
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

/** The body of a message, up to `maxBodyBytes`. */
async function readText(stream: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= maxBodyBytes) parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
