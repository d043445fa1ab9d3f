import { withBuildToken } from './build-process.ts';
import { reservedSelectors, withSourceRules } from './build-policy.ts';
import { brief, gitIdentifierDenial } from './build-remote.ts';
import { withoutSessionIds } from './build-sessions.ts';
import { cgroupParentDenial } from './cgroup-parent.ts';
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
import { message } from '../messages/message.ts';
import {
  isSet,
  messageOf,
  messagesOf,
  numberOf,
  readMessage,
  textEntriesOf,
  textOf,
  textsOf,
  type FieldCount,
  type FieldValue,
  type Message,
  type MessageShape,
} from './protobuf.ts';
import { writeMessage } from './protobuf-write.ts';
import {
  cgroupOption,
  problemDenial,
  hostNetwork,
  graphs,
  network,
  security,
  containerId,
  mounts,
} from './build-steps.ts';
import {
  replacedAgent,
  sourceStep,
  schemeOf,
  sourceIdentifier,
  sourceAttributes,
  gitSource,
} from './build-sources.ts';
import { firstDenial, firstDenialOf } from './first-denial.ts';

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
 *    (engine/targets/guarded/engine-home.ts).
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
 * Decides one message; an allowed one is encoded again from its parsed form. If rules are enforced (not in
 * audit mode), a build gets ours for the sources that are requested inside the daemon (build-policy.ts), and
 * ids of sessions do not get into the build history (build-sessions.ts).
 * `token`: identifies the client of a process.
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
  if (kind === 'solve' && enforced) written = withSourceRules(withoutSessionIds(written));
  if (kind === 'exec' && token !== null) written = withBuildToken(written, token);
  return {
    outcome: 'pass',
    bytes: writeMessage(written),
    ...(kind === 'solve' ? { ref: textOf(written, 'Ref') } : {}),
  };
}

/**
 * A `Return` that replaces a refused one: the build fails with this message, in the engine and so for every
 * client that waits for it.
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

function decide(kind: BuildMessage, message: Message, count: FieldCount): Denial | null {
  switch (kind) {
    case 'solve':
      return firstDenial(
        () => entitlements(textsOf(message, 'Entitlements')),
        () => proxyNetwork(message),
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
      return firstDenial(
        () => frontendOptions(textEntriesOf(message, 'FrontendOpt')),
        () => graphs(message, count),
        () => caches(messagesOf(message, 'CacheImports')),
        () => policies(messagesOf(message, 'SourcePolicies')),
      );
    case 'resolve-source': {
      const source = messageOf(message, 'Source');
      return firstDenial(
        () => (source === null ? null : sourceStep(source)),
        () => policies(messagesOf(message, 'SourcePolicies')),
      );
    }
    case 'resolve-image':
      return policies(messagesOf(message, 'SourcePolicies'));
    case 'new-container':
      return firstDenial(
        () => containerId(textOf(message, 'ContainerID')),
        () => network(numberOf(message, 'Network')),
        () => mounts(message),
      );
    case 'exec': {
      const init = messageOf(message, 'Init');
      return init === null
        ? null
        : firstDenial(
            () => containerId(textOf(init, 'ContainerID')),
            () => security(numberOf(init, 'Security')),
            () => cgroupParentDenial(textOf(messageOf(init, 'Meta'), 'cgroupParent'), cgroupOption),
          );
    }
    case 'return':
    case 'warn':
      return graphs(message, count);
  }
}

function entitlements(names: readonly string[]): Denial | null {
  return firstDenialOf(names, entitlementDenial);
}

/**
 * BuildKit would relay the network traffic of steps from inside the daemon, and write a certificate of its
 * own into their root file systems. It is refused and not just removed: the client relies on the policy of
 * the proxy.
 */
function proxyNetwork(request: Message): Denial | null {
  return isSet(request, 'ProxyNetwork') ? deny('unmodelled-value', message('policy.build-proxy')) : null;
}

/** The refusal of an entitlement that a build requests (`--allow`): none is granted. */
export function entitlementDenial(name: string): Denial {
  return name === 'network.host'
    ? hostNetwork()
    : deny('build-entitlement', `docker buildx build --allow ${name}`);
}

/**
 * Options are passed to a frontend, which can be any program: only those with an effect beyond its own steps
 * matter.
 */
function frontendOptions(options: readonly (readonly [string, string])[]): Denial | null {
  return firstDenialOf(options, ([key, value]) => {
    switch (key) {
      case 'force-network-mode':
        if (value === 'host') return hostNetwork();
        return ['', 'default', 'sandbox', 'none'].includes(value)
          ? null
          : deny('unmodelled-value', `docker build --network=${value}`, { spec: 'C' });
      case 'cgroup-parent':
        return cgroupParentDenial(value, cgroupOption);
      default:
        return key === 'context' || key.startsWith('context:') ? gitIdentifierDenial(value) : null;
    }
  });
}

/**
 * Kinds of output. `local`, `tar`, `oci` and `docker` are written by the client; the others are images in the
 * engine's store, or pushed from it.
 */
const exporterTypes = new Set(['', 'moby', 'image', 'local', 'tar', 'oci', 'docker', 'cacheonly']);

function exporters(message: Message): Denial | null {
  const types = [
    textOf(message, 'ExporterDeprecated'),
    ...messagesOf(message, 'Exporters').map((exporter) => textOf(exporter, 'Type')),
  ];
  return firstDenialOf(types, outputDenial);
}

/** A kind of output nobody knows. */
function outputDenial(type: string): Denial | null {
  return exporterTypes.has(type) ? null : deny('unmodelled-value', `docker build --output type=${type}`);
}

/**
 * Kinds of cache. `local` is the client's, `inline` is part of the image; the others are stores on the
 * network.
 */
const cacheTypes = new Set(['', 'registry', 'inline', 'local', 'gha', 's3', 'azblob']);

function caches(entries: readonly Message[]): Denial | null {
  return firstDenialOf(entries, (entry) =>
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
  if (isReserved) return deny('unmodelled-value', message('policy.source-policy-gateway-selector'));
  return firstDenialOf(
    rules.flatMap((rule) => messagesOf(rule, 'updates')),
    (update) => {
      const identifier = textOf(update, 'identifier');
      const attributes = textEntriesOf(update, 'attrs');
      return firstDenial(
        () => (identifier === '' ? null : sourceIdentifier(identifier)),
        () => sourceAttributes(attributes),
        () => replacedAgent(attributes),
        // The identifier may contain parts of the replaced one (`$1`): the result can't be determined.
        () =>
          schemeOf(identifier) === 'git' && identifier.includes('$')
            ? deny('build-source', message('policy.build-source', { identifier: brief(identifier) }))
            : null,
        () => gitSource(identifier, attributes),
      );
    },
  );
}
