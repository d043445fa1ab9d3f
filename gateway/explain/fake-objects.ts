import type { ContainerFacts, EngineFacts, VolumeFacts } from '../engine-api/engine-facts.ts';
import type { NetworkFacts } from '../engine-api/network-facts.ts';
import { parseBind } from '../../shared/policy/bind-spec.ts';
import { list, record, strings, text } from './json-values.ts';

/** A container that a dry run created; it exists here alone. */
export interface FakeContainer {
  readonly id: string;
  readonly name: string;
  readonly body: Record<string, unknown>;
}

/** The objects that a dry run created. */
export interface FakeObjects {
  readonly containers: FakeContainer[];
  readonly networks: NetworkFacts[];
  readonly volumes: VolumeFacts[];
}

/** `facts`, and those of the objects that the dry run created. */
export function fakeFacts(facts: EngineFacts, objects: FakeObjects, runtime: string): EngineFacts {
  const container = (name: string) => findByIdOrName(objects.containers, name);
  return {
    ...facts,
    container: (name) => {
      const found = container(name);
      return found === undefined ? facts.container(name) : Promise.resolve(factsOf(found, runtime));
    },
    isUp: (id) => (container(id) === undefined ? facts.isUp(id) : Promise.resolve(false)),
    network: (name) => {
      const found = findByIdOrName(objects.networks, name);
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
    created: '',
    startedAt: '',
    autoRemove: false,
    mounts: [...binds, ...mounts],
    devices: [],
    bindsRequiringSource: [],
    layers: null,
    labels: strings(body['Labels']),
    networks: [],
  };
}

/** The object with this id or name. */
export const findByIdOrName = <T extends { readonly id: string; readonly name: string }>(
  objects: readonly T[],
  name: string,
): T | undefined => objects.find((one) => one.id === name || one.name === name);
