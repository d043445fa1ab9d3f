import { deny, type Change, type Denial } from './decision.ts';
import {
  badRequest,
  invalidIsolation,
  invalidNetworkMode,
  isKnownAbsent,
  noSuchContainer,
  ownNetwork,
  type EngineError,
} from './engine-errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { listAt, objectAt, textAt } from './shape.ts';
import { message } from '../messages/message.ts';
import { builtInNetworkModes, containerMode, type CreateFacts } from './references.ts';

const fields = [
  { key: 'PidMode', flag: '--pid', name: 'PID mode', plain: new Set(['']) },
  { key: 'IpcMode', flag: '--ipc', name: 'IPC mode', plain: new Set(['', 'none', 'private', 'shareable']) },
  { key: 'UTSMode', flag: '--uts', name: 'UTS mode', plain: new Set(['']) },
  {
    key: 'CgroupnsMode',
    flag: '--cgroupns',
    name: 'cgroup namespace mode',
    plain: new Set(['', 'private']),
  },
] as const;

/**
 * A7: no namespace of the engine; another container's only if it is protected and belongs to the same user
 * (A3), then pinned to its id. Writes pinned modes into `host`.
 */
export function decideNamespaces(
  host: Map<string, Json>,
  body: JsonObject,
  facts: CreateFacts,
  changes: Change[],
): Denial | null {
  const network = textAt(host, 'NetworkMode');
  const conflict = conflictDenial(network, host, body);
  if (conflict !== null) return conflict;
  for (const { key, flag, name, plain } of fields) {
    const mode = textAt(host, key);
    if (plain.has(mode)) continue;
    const invalid = badRequest(`invalid ${name}: ${mode}`);
    const denial = shared(host, { key, flag, invalid }, mode, facts, changes);
    if (denial !== null) return denial;
  }
  if (network === 'host' || containerMode(network) !== null) {
    const denial = shared(host, networkField, network, facts, changes);
    if (denial !== null) return denial;
  } else if (!builtInNetworkModes.has(network)) {
    const denial = hostNetwork(network, facts);
    if (denial !== null) return denial;
  }
  for (const [name, endpoint] of objectAt(objectAt(body, 'NetworkingConfig'), 'EndpointsConfig')) {
    const names = [name, isObject(endpoint) ? textAt(endpoint, 'NetworkID') : ''];
    for (const one of names) {
      const denial =
        one === 'host'
          ? denyHost('--network', 'host')
          : builtInNetworkModes.has(one)
            ? null
            : hostNetwork(one, facts);
      if (denial !== null) return denial;
    }
  }
  for (const key of ['Cgroup', 'Isolation']) {
    const value = textAt(host, key);
    if (value !== '' && !(key === 'Isolation' && value.toLowerCase() === 'default'))
      return deny('unmodelled-value', message('policy.host-config-value', { key, value }), {
        spec: 'A7',
        ...(key === 'Isolation' ? { engineError: invalidIsolation(value) } : {}),
      });
  }
  return null;
}

/**
 * The engine's error for an option that does not go with another container's network: before it looks any
 * container up.
 */
function conflictDenial(mode: string, host: JsonObject, body: JsonObject): Denial | null {
  if ((containerMode(mode) ?? '') === '') return null;
  const isNotEmpty = (key: string) => listAt(host, key).length > 0;
  const conflicts: readonly (readonly [boolean, string])[] = [
    [textAt(body, 'Hostname') !== '', 'hostname and the network mode'],
    [
      isNotEmpty('Links'),
      "container type network can't be used with links. This would result in undefined behavior",
    ],
    [isNotEmpty('Dns'), 'dns and the network mode'],
    [isNotEmpty('ExtraHosts'), 'custom host-to-IP mapping and the network mode'],
    [
      objectAt(host, 'PortBindings').size > 0 || host.get('PublishAllPorts') === true,
      'port publishing and the container type network mode',
    ],
    [objectAt(body, 'ExposedPorts').size > 0, 'port exposing and the container type network mode'],
  ];
  const [, found] = conflicts.find(([isConflict]) => isConflict) ?? [];
  return found === undefined
    ? null
    : deny('unmodelled-value', `--network=${mode}`, {
        spec: 'A7',
        engineError: badRequest(`conflicting options: ${found}`),
      });
}

const denyHost = (flag: string, mode: string): Denial => deny('host-namespace', `${flag}=${mode}`);

/** The network with that name or id is the engine's own, whatever it is called in the request. */
function hostNetwork(name: string, facts: CreateFacts): Denial | null {
  const network = facts.networks.get(name);
  if (network === undefined)
    return deny('unmodelled-value', message('policy.the-network', { name }), { spec: 'A7' });
  return network?.driver === 'host' ? denyHost('--network', name) : null;
}

/** A field that can name a namespace. `invalid`: the engine's error for an unknown mode. */
interface NamespaceField {
  readonly key: string;
  readonly flag: string;
  readonly invalid: EngineError;
}

const networkField: NamespaceField = { key: 'NetworkMode', flag: '--network', invalid: invalidNetworkMode };

function shared(
  host: Map<string, Json>,
  { key, flag, invalid }: NamespaceField,
  mode: string,
  facts: CreateFacts,
  changes: Change[],
): Denial | null {
  if (mode === 'host') return denyHost(flag, mode);
  const name = key === 'UTSMode' || key === 'CgroupnsMode' ? null : containerMode(mode);
  if (name === null || name === '')
    return deny('unmodelled-value', `${flag}=${mode}`, { spec: 'A7', engineError: invalid });
  const container = facts.containers.get(name);
  const isOwn = key === networkField.key && name === facts.name;
  if (!container)
    return deny('foreign-namespace', `${flag}=${mode}`, {
      detail: message('policy.container-missing', { name }),
      ...(container === null && isKnownAbsent(name)
        ? { engineError: isOwn ? ownNetwork : noSuchContainer(name) }
        : {}),
    });
  if (!container.protected)
    return deny('foreign-namespace', `${flag}=${mode}`, {
      detail: message('policy.container-not-protected', { name }),
    });
  const [own, others] = [facts.user ?? null, container.user ?? null];
  if (own !== null && others !== null && own !== others) {
    return deny('foreign-namespace', `${flag}=${mode}`, {
      spec: 'A3',
      detail: message('policy.container-of-other-user', { name, others, own }),
    });
  }
  const pinned = `container:${container.id}`;
  if (pinned !== mode) {
    host.set(key, pinned);
    changes.push({ rule: 'pinned-reference', field: `HostConfig.${key}`, before: mode, after: pinned });
  }
  return null;
}
