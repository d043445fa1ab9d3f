import { withBuildToken } from './build-process.ts';
import { reservedSelectors, withSourceRules } from './build-policy.ts';
import { brief, fileNameDenial, gitIdentifierDenial, gitSourceDenial } from './build-remote.ts';
import { deny, type Denial } from './decision.ts';
import {
  bridgeSolveRequest,
  execMessage,
  newContainerRequest,
  resolveImageRequest,
  resolveSourceRequest,
  returnRequest,
  rpcStatus,
  solveRequest,
  warnRequest,
} from './buildkit-messages.ts';
import { netModes, op, securityModes } from './llb-messages.ts';
import { message } from '../messages/message.ts';
import {
  bytesOf,
  messageOf,
  messagesOf,
  numberOf,
  readMessage,
  textEntriesOf,
  textOf,
  textsOf,
  writeMessage,
  type FieldCount,
  type FieldValue,
  type Message,
  type MessageProblem,
  type MessageShape,
} from './protobuf.ts';

/**
 * What a build may ask of BuildKit over gRPC. Refused is what leaves isolation: the engine's network,
 * privileged steps, devices, other entitlements, cgroups elsewhere; and what the gateway does not know. What
 * it does not see is confined by something else:
 *  - Steps (`ExecOp`), whoever wrote them, run under the isolation runtime: `DOCKER_BUILDKIT_RUNC_COMMAND`.
 *  - A frontend image (`# syntax=`, `gateway.v0`) runs as such a step. It requests more steps from BuildKit
 *    inside the daemon, not on this connection, as the built-in Dockerfile frontend does for
 *    `RUN --network=host`. Host network, privileged steps and devices need an entitlement there, which the
 *    daemon grants only when `Solve` lists it (refused here) and daemon.json allows it (it does not under
 *    ECI). The cgroup parent of a step needs none: it only decides who is charged for the step.
 *  - Mounts of a step are results of other steps, caches, secrets, SSH agents and tmpfs; BuildKit has no
 *    mount of an engine's directory.
 *  - File operations (COPY, ADD) are done by the daemon itself, inside the results' roots: BuildKit resolves
 *    their paths there.
 *  - `local` sources, `local`/`tar`/`oci` exports and local caches are read and written by the client, over
 *    its session.
 *  - Images, git and HTTP sources are fetched by the daemon from the engine's network, as for `docker pull`
 *    and `ADD https://…`, with the client's identity from its session or none. The same holds for sources
 *    that a frontend makes inside the daemon, because of how the engine is started
 *    (engine/targets/embedded/engine-home.ts).
 */
export type BuildMessage =
  | 'solve'
  | 'bridge-solve'
  | 'resolve-source'
  | 'resolve-image'
  | 'new-container'
  | 'exec'
  | 'return'
  | 'warn';

/** `ref`: name of the build that a `Solve` starts. */
export type BuildMessageDecision =
  { readonly outcome: 'pass'; readonly bytes: Uint8Array; readonly ref?: string } | Denial;

const shapes: Readonly<Record<BuildMessage, MessageShape>> = {
  solve: solveRequest,
  'bridge-solve': bridgeSolveRequest,
  'resolve-source': resolveSourceRequest,
  'resolve-image': resolveImageRequest,
  'new-container': newContainerRequest,
  exec: execMessage,
  return: returnRequest,
  warn: warnRequest,
};

/**
 * Decides one message; what passes is written anew from what was understood. Where rules are enforced (not in
 * audit mode), a build gets ours for the sources that are asked for inside the daemon (build-policy.ts).
 * `token`: what a process is known by.
 */
export function decideBuildMessage(
  kind: BuildMessage,
  bytes: Uint8Array,
  enforced = true,
  token: string | null = null,
): BuildMessageDecision {
  const count = { fields: 0 };
  const read = readMessage(shapes[kind], bytes, count);
  if (!read.ok) return problemDenial(read.problem);
  const denial = decide(kind, read.message, count);
  if (denial !== null) return denial;
  let written = read.message;
  if (kind === 'solve' && enforced) written = withSourceRules(written);
  if (kind === 'exec' && token !== null) written = withBuildToken(written, token);
  return {
    outcome: 'pass',
    bytes: writeMessage(written),
    ...(kind === 'solve' ? { ref: textOf(written, 'Ref') } : {}),
  };
}

/**
 * A `Return` in place of one that was refused: the build fails with these words, at the engine and so for
 * everybody who waits for it.
 */
export function failedReturn(text: string): Uint8Array {
  const permissionDenied = 7n;
  const error: Message = {
    shape: rpcStatus,
    values: new Map<string, readonly FieldValue[]>([
      ['code', [permissionDenied]],
      ['message', [text]],
    ]),
  };
  return writeMessage({ shape: returnRequest, values: new Map([['error', [error]]]) });
}

function problemDenial(problem: MessageProblem): Denial {
  return problem.kind === 'unknown-field'
    ? deny('unmodelled-field', message('policy.build-request-with', { where: problem.where }))
    : deny('unreadable-body', message('policy.build-request'), {
        detail: `${problem.where}: ${problem.why}`,
      });
}

function decide(kind: BuildMessage, message: Message, count: FieldCount): Denial | null {
  switch (kind) {
    case 'solve':
      return first(
        () => entitlements(textsOf(message, 'Entitlements')),
        () => frontendOptions(textEntriesOf(message, 'FrontendAttrs')),
        () => graphs(message, count),
        () => exporters(message),
        () =>
          caches([
            ...messagesOf(messageOf(message, 'Cache'), 'Exports'),
            ...messagesOf(messageOf(message, 'Cache'), 'Imports'),
          ]),
        () => policies(messagesOf(message, 'SourcePolicy')),
      );
    case 'bridge-solve':
      return first(
        () => frontendOptions(textEntriesOf(message, 'FrontendOpt')),
        () => graphs(message, count),
        () => caches(messagesOf(message, 'CacheImports')),
        () => policies(messagesOf(message, 'SourcePolicies')),
      );
    case 'resolve-source': {
      const source = messageOf(message, 'Source');
      return first(
        () => (source === null ? null : sourceStep(source)),
        () => policies(messagesOf(message, 'SourcePolicies')),
      );
    }
    case 'resolve-image':
      return policies(messagesOf(message, 'SourcePolicies'));
    case 'new-container':
      return first(
        () => containerId(textOf(message, 'ContainerID')),
        () => network(numberOf(message, 'Network')),
        () => mounts(message),
      );
    case 'exec': {
      const init = messageOf(message, 'Init');
      return init === null
        ? null
        : first(
            () => containerId(textOf(init, 'ContainerID')),
            () => security(numberOf(init, 'Security')),
            () => cgroupDenial(textOf(messageOf(init, 'Meta'), 'cgroupParent')),
          );
    }
    case 'return':
    case 'warn':
      return graphs(message, count);
  }
}

function first(...checks: readonly (() => Denial | null)[]): Denial | null {
  for (const check of checks) {
    const denial = check();
    if (denial !== null) return denial;
  }
  return null;
}

/** The first denial of some things. */
function firstOf<T>(things: Iterable<T>, check: (thing: T) => Denial | null): Denial | null {
  for (const thing of things) {
    const denial = check(thing);
    if (denial !== null) return denial;
  }
  return null;
}

// ---- the request

const hostNetwork = () => deny('host-network-build', message('policy.build-with-host-network'));

function entitlements(names: readonly string[]): Denial | null {
  return firstOf(names, entitlementDenial);
}

/** The refusal of a right beyond isolation that a build asks for (`--allow`): none is given. */
export function entitlementDenial(name: string): Denial {
  return name === 'network.host'
    ? hostNetwork()
    : deny('build-entitlement', `docker buildx build --allow ${name}`);
}

/** Options go to a frontend, which is any program: only those that reach past its own steps matter. */
function frontendOptions(options: readonly (readonly [string, string])[]): Denial | null {
  return firstOf(options, ([key, value]) => {
    switch (key) {
      case 'force-network-mode':
        if (value === 'host') return hostNetwork();
        return ['', 'default', 'sandbox', 'none'].includes(value)
          ? null
          : deny('unmodelled-value', `docker build --network=${value}`, { spec: 'C' });
      case 'cgroup-parent':
        return cgroupDenial(value);
      default:
        return key === 'context' || key.startsWith('context:') ? gitIdentifierDenial(value) : null;
    }
  });
}

/**
 * Kinds of output. `local`, `tar`, `oci` and `docker` are written by the client; the others are images of the
 * engine's store, or pushed from it.
 */
const exporterTypes = new Set(['', 'moby', 'image', 'local', 'tar', 'oci', 'docker', 'cacheonly']);

function exporters(message: Message): Denial | null {
  const types = [
    textOf(message, 'ExporterDeprecated'),
    ...messagesOf(message, 'Exporters').map((exporter) => textOf(exporter, 'Type')),
  ];
  return firstOf(types, outputDenial);
}

/** A kind of output nobody knows. */
export function outputDenial(type: string): Denial | null {
  return exporterTypes.has(type) ? null : deny('unmodelled-value', `docker build --output type=${type}`);
}

/**
 * Kinds of cache. `local` is the client's, `inline` is part of the image; the others are stores on the
 * network.
 */
const cacheTypes = new Set(['', 'registry', 'inline', 'local', 'gha', 's3', 'azblob']);

function caches(entries: readonly Message[]): Denial | null {
  return firstOf(entries, (entry) =>
    cacheTypes.has(textOf(entry, 'Type'))
      ? null
      : deny('unmodelled-value', message('policy.build-cache-of-type', { type: textOf(entry, 'Type') })),
  );
}

/** A policy can replace a source by another. */
function policies(all: readonly Message[]): Denial | null {
  const rules = all.flatMap((policy) => messagesOf(policy, 'rules'));
  const isReserved = rules.some((rule) =>
    reservedSelectors.has(textOf(messageOf(rule, 'selector'), 'identifier')),
  );
  if (isReserved) return deny('unmodelled-value', message('policy.source-policy-with-selector-of-gateway'));
  return firstOf(
    rules.flatMap((rule) => messagesOf(rule, 'updates')),
    (update) => {
      const identifier = textOf(update, 'identifier');
      const attributes = textEntriesOf(update, 'attrs');
      return first(
        () => (identifier === '' ? null : sourceIdentifier(identifier)),
        () => sourceAttributes(attributes),
        () => replacedAgent(attributes),
        // Parts of what is replaced (`$1`) may stand in the identifier: where that leads can't be told.
        () =>
          schemeOf(identifier) === 'git' && identifier.includes('$')
            ? deny('build-source', message('policy.build-source', { identifier: brief(identifier) }))
            : null,
        () => gitSource(identifier, attributes),
      );
    },
  );
}

/** A policy may not take away the client's agent from a source: git would go on as the engine. */
function replacedAgent(attributes: Attributes): Denial | null {
  const without = attributes.some(([key, value]) => key === 'git.mountsshsock' && value === '');
  return without ? deny('build-identity', message('policy.git-repository-without-ssh-agent')) : null;
}

// ---- graphs

/** Looks at every graph in a message, wherever it is. */
function graphs(message: Message, count: FieldCount): Denial | null {
  if (message.shape.name === 'pb.Definition') {
    const denial = firstOf(bytesOf(message, 'def'), (bytes) => step(bytes, count));
    if (denial !== null) return denial;
  }
  for (const values of message.values.values()) {
    for (const value of values) {
      if (typeof value !== 'object' || value instanceof Uint8Array) break;
      const denial = graphs(value, count);
      if (denial !== null) return denial;
    }
  }
  return null;
}

/**
 * One step. It goes on as the bytes it is: their digest is its name. The reader lets only bytes with one
 * reading through.
 */
function step(bytes: Uint8Array, count: FieldCount): Denial | null {
  const read = readMessage(op, bytes, count);
  if (!read.ok) return problemDenial(read.problem);
  const exec = messageOf(read.message, 'exec');
  const source = messageOf(read.message, 'source');
  if (exec !== null) {
    return first(
      () => network(numberOf(exec, 'network')),
      () => security(numberOf(exec, 'security')),
      () => cgroupDenial(textOf(messageOf(exec, 'meta'), 'cgroupParent')),
      () =>
        firstOf(messagesOf(exec, 'cdiDevices'), (device) =>
          deny('host-device', message('policy.device-in-build-step', { device: textOf(device, 'name') })),
        ),
      () => mounts(exec),
    );
  }
  if (source !== null) return sourceStep(source);
  // Its steps are in a file that another step makes: nobody can look at them before.
  return messageOf(read.message, 'build') === null
    ? null
    : deny('build-source', message('policy.build-step-from-file'));
}

function network(mode: bigint): Denial | null {
  switch (mode) {
    case netModes.sandbox:
    case netModes.none:
      return null;
    case netModes.host:
      return hostNetwork();
    default:
      return deny('unmodelled-value', message('policy.network-mode-of-build-step', { mode: String(mode) }), {
        spec: 'C',
      });
  }
}

function security(mode: bigint): Denial | null {
  switch (mode) {
    case securityModes.sandbox:
      return null;
    case securityModes.insecure:
      return deny('build-entitlement', message('policy.privileged-build-step'));
    default:
      return deny('unmodelled-value', message('policy.security-mode-of-build-step', { mode: String(mode) }), {
        spec: 'C',
      });
  }
}

/** Same rule as for containers and for `POST /build`. */
export function cgroupDenial(parent: string): Denial | null {
  return parent === '' || /^\/?[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/.test(parent)
    ? null
    : deny('cgroup-parent', `docker build --cgroup-parent ${parent}`);
}

/**
 * The id a client gives a container in its build: BuildKit makes a directory of that name as root, and
 * removes it (before 0.28.1 wherever the name leads: CVE-2026-33747), and the runtime keeps the container
 * under it. What clients make is 25 of these characters; the limits keep it apart from the ids of containers
 * and from BuildKit's own files in that directory.
 */
const clientContainerId = /^[a-z0-9]{16,48}$/;

function containerId(id: string): Denial | null {
  return clientContainerId.test(id)
    ? null
    : deny('unmodelled-value', message('policy.id-of-container-in-build', { id: brief(id) }), {
        detail: message('policy.id-has-other-form'),
      });
}

/** Bind (a result of another step), secret, ssh, cache, tmpfs. */
const lastMountType = 4n;

function mounts(holder: Message): Denial | null {
  return firstOf([...messagesOf(holder, 'mounts'), ...messagesOf(holder, 'Mounts')], (mount) => {
    const type = numberOf(mount, 'mountType');
    return type <= lastMountType
      ? null
      : deny('unmodelled-value', message('policy.mount-of-kind-in-build-step', { type: String(type) }));
  });
}

// ---- sources

const sourceSchemes = new Set([
  'docker-image',
  'local',
  'oci-layout',
  'git',
  'http',
  'https',
  'docker-image+blob',
  'oci-layout+blob',
]);

function sourceStep(source: Message): Denial | null {
  const identifier = textOf(source, 'identifier');
  const attributes = textEntriesOf(source, 'attrs');
  return first(
    () => sourceIdentifier(identifier),
    () => sourceAttributes(attributes),
    () => gitSource(identifier, attributes),
  );
}

const schemeOf = (identifier: string) => /^([a-z+-]+):\/\//.exec(identifier)?.[1];

function sourceIdentifier(identifier: string): Denial | null {
  const scheme = schemeOf(identifier);
  if (scheme === undefined || !sourceSchemes.has(scheme))
    return deny('build-source', message('policy.build-source', { identifier: brief(identifier) }));
  return scheme === 'git' ? gitIdentifierDenial(identifier) : null;
}

type Attributes = readonly (readonly [string, string])[];

/** Attributes that lead somewhere, whatever source they belong to. */
function sourceAttributes(attributes: Attributes): Denial | null {
  return firstOf(attributes, ([key, value]) => (key === 'http.filename' ? fileNameDenial(value) : null));
}

/**
 * The daemon runs git as root: a repository must be somewhere else, not a directory of the engine, and not a
 * command; its identity is the client's.
 */
function gitSource(identifier: string, attributes: Attributes): Denial | null {
  // BuildKit writes what it is given twice as the last says.
  const values = new Map(attributes);
  const remote = values.get('git.fullurl') ?? '';
  const agent = values.get('git.mountsshsock') ?? '';
  if (remote !== '') return gitSourceDenial({ remote, agent });
  return schemeOf(identifier) === 'git'
    ? gitSourceDenial({ remote: identifier.slice('git://'.length), agent })
    : null;
}
