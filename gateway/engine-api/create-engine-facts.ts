import { parseImageReference } from '../../shared/settings/image-reference.ts';
import { field, list, text, texts } from './response-fields.ts';
import type { EngineFacts } from './engine-facts.ts';
import { ContainerArchive } from './container-archive.ts';
import { createEngineClient } from './engine-client.ts';
import { readNetwork, readNetworks } from './network-facts.ts';
import { rememberedPings } from './ping.ts';
import { readContainer, readImage, readImageStore, readRegistries, readVolume } from './read-facts.ts';

/**
 * Facts read from an engine's API. `timeoutMs`: from a request to the end of its response; default
 * `engineLookup`.
 */
export function createEngineFacts(engineSocket: string, timeoutMs?: number): EngineFacts {
  const client = createEngineClient(engineSocket, timeoutMs);
  const { fetchJson, close } = client;
  const archive = new ContainerArchive(client);

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
    containerFile: (id, file, limit) => archive.file(id, file, limit),
    containerHas: (id, file) => archive.has(id, file),
    whileContainerLocked: (id, inspect) => archive.whileLocked(id, inspect),
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
    imageStore: async () => readImageStore(await fetchJson('/info')),
    drivers: async (kind) => list(field(field(await fetchJson('/info'), 'Plugins'), kind)),
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
    ping: rememberedPings(client),
    close,
  };
}
