import type { IncomingMessage } from 'node:http';
import { parseImageReference } from '../../shared/settings/image-reference.ts';
import { field, list, text, texts } from './response-fields.ts';
import type { EngineFacts } from './engine-facts.ts';
import { createEngineClient } from './engine-client.ts';
import { readNetwork, readNetworks } from './network-facts.ts';
import { readSingleFile, readContainer, readImage, readRegistries, readVolume } from './read-facts.ts';

/** What an engine says of itself. `limitMs`: from a question to the end of its response; default 30 s. */
export function createEngineFacts(engineSocket: string, limitMs?: number): EngineFacts {
  const { open, fetchJson, close } = createEngineClient(engineSocket, limitMs);

  const getImage = async (reference: string): Promise<unknown> => {
    // Only a reference or an id prefix is sent to the engine.
    const parsed = parseImageReference(reference);
    const named = parsed.ok && parsed.value.kind === 'image' && !reference.includes('*');
    if (!named && !/^(?:sha256:)?[0-9a-f]{1,64}$/.test(reference)) return null;
    return fetchJson(`/images/${reference.split('/').map(encodeURIComponent).join('/')}/json`);
  };

  return {
    container: async (reference) => {
      // Only a plain name or id is sent, or a link's (web/db): anything else would be another path.
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9][A-Za-z0-9_.-]*)?$/.test(reference)) return null;
      const found = await fetchJson(`/containers/${reference}/json`);
      return found === null ? null : readContainer(found);
    },
    isUp: async (id) => {
      if (!/^[0-9a-f]{64}$/.test(id)) return null;
      const found = await fetchJson(
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
            resolve(res.statusCode === 200 ? readSingleFile(Buffer.concat(parts)) : null);
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
    whileContainerLocked: async (id, inspect) => {
      const lock = (method: 'PUT' | 'GET'): ReturnType<typeof inspect> =>
        new Promise((resolve, reject) => {
          const onLocked = () => {
            inspect()
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
            // The engine blocks while its output is not read; where it refuses writing, reading may still
            // work.
            if (method === 'GET' && res.statusCode === 200) {
              onLocked();
              return;
            }
            req.destroy();
            resolve(null);
          });
          req.once('continue', onLocked);
          if (method === 'PUT') req.flushHeaders();
          else req.end();
        });
      return (await lock('PUT')) ?? lock('GET');
    },
    execContainer: async (id) => {
      if (!/^[0-9a-f]{64}$/.test(id)) return null;
      const found = await fetchJson(`/exec/${id}/json`);
      return found === null ? null : text(field(found, 'ContainerID'));
    },
    execState: async (id) => {
      if (!/^[0-9a-f]{64}$/.test(id)) return null;
      const found = await fetchJson(`/exec/${id}/json`);
      if (found === null) return null;
      const pid = field(found, 'Pid');
      if ((typeof pid === 'number' && pid > 0) || typeof field(found, 'ExitCode') === 'number')
        return 'started';
      return field(found, 'Running') === true ? 'starting' : 'created';
    },
    volume: async (name) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return null;
      const found = await fetchJson(`/volumes/${name}`);
      return found === null ? null : readVolume(found);
    },
    createVolume: async (name, labels) =>
      readVolume(
        await fetchJson('/volumes/create', JSON.stringify({ Name: name, Driver: 'local', Labels: labels })),
      ),
    network: async (reference) => {
      if (reference === '' || reference.includes('/') || reference === '.' || reference === '..') return null;
      const found = await fetchJson(`/networks/${encodeURIComponent(reference)}`);
      return found === null ? null : readNetwork(found);
    },
    networks: async () => readNetworks(await fetchJson('/networks')),
    defaultRuntime: async () => text(field(await fetchJson('/info'), 'DefaultRuntime')) || null,
    logDrivers: async () => list(field(field(await fetchJson('/info'), 'Plugins'), 'Log')),
    image: async (reference) => {
      const found = await getImage(reference);
      return found === null ? null : readImage(found, () => fetchJson('/info'));
    },
    imageLabel: async (reference, label) =>
      texts(field(field(await getImage(reference), 'Config'), 'Labels'))[label] ?? null,
    images: async () => {
      const found = await fetchJson('/images/json');
      return (Array.isArray(found) ? found : []).map((image: unknown) => ({
        id: text(field(image, 'Id')),
        tags: list(field(image, 'RepoTags')),
        digests: list(field(image, 'RepoDigests')),
      }));
    },
    registries: async () => readRegistries(field(await fetchJson('/info'), 'RegistryConfig')),
    close,
  };
}

const archivePath = (id: string, file: string): string =>
  `/containers/${encodeURIComponent(id)}/archive?path=${encodeURIComponent(file)}`;
