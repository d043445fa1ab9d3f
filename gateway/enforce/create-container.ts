import pLimit from 'p-limit';
import {
  createLookups,
  inheritedLookups,
  type ContainerReference,
  type CreateFacts,
  type CreateLookups,
} from '../../shared/policy/references.ts';
import { inheritedDenial } from '../../shared/policy/create-limits.ts';
import type { JsonObject } from '../../shared/policy/json.ts';
import { objectAt } from '../../shared/policy/shape.ts';
import { cleanPath, type BindSourceFacts } from '../../shared/policy/bind-source.ts';
import { bindVolume } from '../../shared/policy/bind-volumes.ts';
import type { VolumeDriverFacts } from '../../shared/policy/volume-facts.ts';
import { createBindSourceResolver, type BindSourceEnvironment } from './bind-sources.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import { isProtected, type ProtectionOptions } from './existing-containers.ts';

/** Concurrent look-ups of one request; other requests need the engine and the file system, too. */
const maxConcurrentLookUps = 4;

/** Calls `lookUp` for each of `names`, a few at a time; stops when the client has disconnected. */
async function lookUpEach(
  names: Iterable<string>,
  signal: AbortSignal | undefined,
  lookUp: (name: string) => Promise<void>,
): Promise<void> {
  await pLimit(maxConcurrentLookUps).map(new Set(names), (name) => {
    signal?.throwIfAborted();
    return lookUp(name);
  });
}

/**
 * Looks up everything a create body refers to, in the engine and in the file system. Throws
 * EngineUnreachable, and the reason of `signal`.
 */
export async function gatherCreateFacts(
  body: JsonObject,
  facts: EngineFacts,
  environment: BindSourceEnvironment,
  options: ProtectionOptions,
  signal?: AbortSignal,
): Promise<Omit<CreateFacts, 'socket'>> {
  const lookups = createLookups(body);
  const containers = new Map<string, ContainerReference | null>();
  await lookUpEach(lookups.containers, signal, async (name) => {
    const found = await facts.container(name);
    containers.set(name, found === null ? null : await toContainerReference(found, options));
  });
  // More than are looked up are refused by the policy.
  const inherited = inheritedLookups(
    inheritedDenial(objectAt(body, 'HostConfig'), containers) === null ? containers.values() : [],
  );
  const mountFacts = await gatherMountFacts(
    {
      volumes: [...lookups.volumes, ...inherited.volumes],
      binds: [...lookups.binds, ...inherited.binds],
    },
    facts,
    environment,
    signal,
  );
  const networks = new Map<string, { driver: string } | null>();
  await lookUpEach(lookups.networks, signal, async (name) => {
    networks.set(name, await facts.network(name));
  });
  return { containers, networks, ...mountFacts };
}

/** A container as the policy sees it. */
export async function toContainerReference(
  container: ContainerFacts,
  options: ProtectionOptions,
): Promise<ContainerReference> {
  return { id: container.id, protected: await isProtected(container, options), mounts: container.mounts };
}

/** Facts about volumes and bind sources. Throws as `gatherCreateFacts`. */
export async function gatherMountFacts(
  lookups: Pick<CreateLookups, 'volumes' | 'binds'>,
  facts: EngineFacts,
  environment: BindSourceEnvironment,
  signal?: AbortSignal,
): Promise<Pick<CreateFacts, 'volumes' | 'binds'>> {
  const volumes = new Map<string, VolumeDriverFacts | null>();
  const binds = new Map<string, BindSourceFacts>();
  const resolve = createBindSourceResolver(environment, signal);
  await lookUpEach(lookups.volumes, signal, async (name) => {
    const volume = await facts.volume(name);
    volumes.set(
      name,
      volume === null ? null : { driver: volume.driver, options: new Map(Object.entries(volume.options)) },
    );
  });
  const devices = [...volumes.values()].flatMap((volume) => {
    const device = volume === null ? null : cleanPath(bindVolume(volume)?.device ?? '');
    return device ?? [];
  });
  await lookUpEach([...lookups.binds, ...devices], signal, async (source) => {
    binds.set(source, await resolve(source));
  });
  return { volumes, binds };
}
