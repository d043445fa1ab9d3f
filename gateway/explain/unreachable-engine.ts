import { createServer } from 'node:http';
import type { EngineFacts, RegistryFacts } from '../engine-api/engine-facts.ts';
import { listenOnSocket, type ListeningServer } from './listen-on-socket.ts';
import { type Message, message } from '../../shared/messages/message.ts';

/** The newest API version of the engine that is stood in for. */
const apiVersion = '1.45';

/** Serves an empty engine on `socket`, with as much as a Docker client needs to continue. */
export function serveAbsentEngine(socket: string): Promise<ListeningServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/v1\.\d+/, '').replace(/\?.*$/s, '');
    const respond = (status: number, value: unknown) => {
      response.writeHead(status, {
        'Content-Type': 'application/json',
        'Api-Version': apiVersion,
        'Docker-Experimental': 'false',
        Ostype: 'linux',
        'Builder-Version': '1',
      });
      response.end(typeof value === 'string' ? value : JSON.stringify(value));
    };
    switch (path) {
      case '/_ping':
        respond(200, request.method === 'HEAD' ? '' : 'OK');
        return;
      case '/version':
        respond(200, {
          Version: '26.1.5',
          ApiVersion: apiVersion,
          MinAPIVersion: '1.24',
          Os: 'linux',
          Arch: 'amd64',
        });
        return;
      case '/info':
        respond(200, { OSType: 'linux', ServerVersion: '26.1.5' });
        return;
      case '/images/json':
      case '/containers/json':
      case '/networks':
        respond(200, []);
        return;
      case '/volumes':
        respond(200, { Volumes: [], Warnings: [] });
        return;
      default:
        respond(404, { message: 'bulkhead explain: there is no engine that could be asked' });
    }
  });
  return listenOnSocket(server, socket);
}

const noRegistries: RegistryFacts = { mirrors: [], insecureHosts: [], insecureRanges: ['127.0.0.0/8'] };

/** Facts of an engine without objects; `reportMissing` gets the name of each requested fact. */
export function absentFacts(reportMissing: (what: Message) => void): EngineFacts {
  const none = (what: Message) => {
    reportMissing(what);
    return Promise.resolve(null);
  };
  return {
    container: (name) => none(message('gateway.missing-container', { name })),
    isUp: () => Promise.resolve(null),
    containerFile: () => Promise.resolve(null),
    containerHas: () => Promise.resolve(false),
    whileContainerLocked: () => Promise.resolve(null),
    execContainer: (id) => none(message('gateway.missing-exec', { name: id })),
    execState: () => Promise.resolve(null),
    volume: (name) => none(message('gateway.missing-volume', { name })),
    network: (name) => none(message('gateway.missing-network', { name })),
    image: (name) => none(message('gateway.missing-image', { name })),
    imageLabel: (name) => none(message('gateway.missing-image', { name })),
    images: () => {
      reportMissing(message('gateway.missing-images'));
      return Promise.resolve([]);
    },
    registries: () => Promise.resolve(noRegistries),
    // A simulation creates nothing, and its caller is not behind a container's socket.
    createVolume: (name, labels) => Promise.resolve({ name, driver: 'local', options: {}, labels }),
    networks: () => Promise.resolve([]),
    defaultRuntime: () => Promise.resolve(null),
    imageStore: () => Promise.resolve({ kind: 'containerd' }),
    drivers: () => Promise.resolve([]),
    ping: () => Promise.resolve({ apiVersion, versionError: null }),
    close: () => undefined,
  };
}
