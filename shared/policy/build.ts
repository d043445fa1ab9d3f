import { capabilitiesOfRuntime } from '../isolation/backends.ts';
import { remoteContextDenial } from './build-remote.ts';
import { cgroupOption } from './build-steps.ts';
import { cgroupParentDenial } from './cgroup-parent.ts';
import { deny, type Change, type Denial } from './decision.ts';
import { invalidBuild } from './engine-errors.ts';
import { parseJson } from './json-parser.ts';
import { contentAfterJson } from './json-refusals.ts';
import { checkShape, wholeBody, type Shape } from './shape.ts';
import { message, withReference } from '../messages/message.ts';
import { containerMode } from './references.ts';

interface Parameter {
  readonly key: string;
  readonly value: string;
}
type Parameters = readonly Parameter[];
const builtIn = new Set(['', 'default', 'bridge', 'none', 'host']);

/**
 * The parameters of `POST /build` in any version, documented or not (`buildid`, `cgroupparent`, `cpusetmems`,
 * `isolation`, `securityopt`, `session`, `ulimits`).
 */
const known = new Set([
  'buildargs',
  'buildid',
  'cachefrom',
  'cgroupparent',
  'cpuperiod',
  'cpuquota',
  'cpusetcpus',
  'cpusetmems',
  'cpushares',
  'dockerfile',
  'extrahosts',
  'forcerm',
  'isolation',
  'labels',
  'memory',
  'memswap',
  'networkmode',
  'nocache',
  'outputs',
  'platform',
  'pull',
  'q',
  'remote',
  'rm',
  'securityopt',
  'session',
  'shmsize',
  'squash',
  't',
  'target',
  'ulimits',
  'version',
]);

/** The facts needed to decide a build. */
export interface BuildFacts {
  readonly networks: ReadonlyMap<string, { readonly driver: string } | null>;
  readonly containers: ReadonlyMap<string, { readonly id: string; readonly protected: boolean } | null>;
  /** The engine's, which runs the steps; null where there is no engine to ask. */
  readonly defaultRuntime: string | null;
}

/** Names of networks and containers to look up. */
export function buildLookups(parameters: Parameters): {
  readonly networks: readonly string[];
  readonly containers: readonly string[];
} {
  const modes = parameters.filter(({ key }) => key === 'networkmode').map(({ value }) => value);
  return {
    networks: modes.filter((mode) => !builtIn.has(mode) && containerMode(mode) === null),
    containers: modes.map(containerMode).filter((name) => name !== null),
  };
}

export type BuildDecision =
  { readonly outcome: 'pass'; readonly parameters: Parameters; readonly changes: readonly Change[] } | Denial;

/**
 * Parameters of `POST /build`. Refused is what reaches past isolation: the engine's network and unprotected
 * containers' (spec C, A7), cgroups elsewhere, security options, and contexts that the gateway can't
 * place. Parameters nobody has published are left away (SDKs send their own options along). The steps
 * themselves run as containers with the engine's default runtime: one that does not isolate is refused (A6).
 *
 * Only the classic builder is allowed here. In this request BuildKit (`version=2`) accepts no rules for what
 * a frontend image or a Dockerfile makes it fetch inside the engine; in `/grpc` it does (build-policy.ts).
 * Nor could the gateway determine from the request what will be fetched: the Dockerfile may come over the
 * session, addresses in it are composed from arguments, and a local tag may refer to any frontend.
 */
export function decideBuild(parameters: Parameters, facts: BuildFacts): BuildDecision {
  const decision = decideParameters(parameters, facts);
  const runtime = facts.defaultRuntime;
  return decision.outcome === 'pass' && runtime !== null && capabilitiesOfRuntime(runtime) === null
    ? deny('build-runtime', message('policy.build-default-runtime', { runtime }), {
        detail: message('policy.use-buildx-or-apply'),
      })
    : decision;
}

function decideParameters(parameters: Parameters, facts: BuildFacts): BuildDecision {
  const retained: Parameter[] = [];
  const changes: Change[] = [];
  for (const { key, value } of parameters) {
    if (!known.has(key)) {
      changes.push({ rule: 'parameter-dropped', field: key, before: value.slice(0, 100), after: '' });
      continue;
    }
    let after = value;
    switch (key) {
      case 'networkmode': {
        const decided = network(value, facts);
        if (typeof decided !== 'string') return decided;
        after = decided;
        break;
      }
      case 'cgroupparent': {
        const denial = cgroupParentDenial(value, cgroupOption);
        if (denial !== null) return denial;
        break;
      }
      case 'securityopt':
        if (!['', 'null', '[]'].includes(value))
          return deny('security-option', `docker build --security-opt ${value}`, {
            engineError: invalidBuild.securityOptions,
          });
        break;
      case 'isolation':
        if (!['', 'default'].includes(value.toLowerCase()))
          return deny('unmodelled-value', `docker build --isolation ${value}`, {
            engineError: invalidBuild.isolation(value),
          });
        break;
      case 'version':
        if (value === '2')
          return deny('build-unguarded', message('policy.buildkit-over-build-endpoint'), {
            detail: message('policy.use-buildx-or-classic-builder'),
          });
        if (!['', classicBuilder].includes(value))
          return deny('unmodelled-value', message('policy.builder-version', { version: value }), {
            engineError: invalidBuild.version(value),
          });
        // Written once, below.
        continue;
      case 'remote': {
        const denial = remoteContextDenial(value);
        if (denial !== null) return denial;
        break;
      }
      case 'outputs': {
        const denial = value === '' ? null : outputsDenial(value);
        if (denial !== null) return denial;
        changes.push({ rule: 'parameter-dropped', field: key, before: value.slice(0, 100), after: '' });
        continue;
      }
      default:
    }
    if (after !== value) changes.push({ rule: 'pinned-reference', field: key, before: value, after });
    retained.push({ key, value: after });
  }
  // The engine's default.
  retained.push({ key: 'version', value: classicBuilder });
  return { outcome: 'pass', parameters: retained, changes };
}

const classicBuilder = '1';

function network(mode: string, facts: BuildFacts): string | Denial {
  const what = `docker build --network=${mode}`;
  if (mode === 'host') return deny('host-network-build', what);
  if (builtIn.has(mode)) return mode;
  const name = containerMode(mode);
  if (name === null) {
    if (facts.networks.get(mode)?.driver === 'host') return deny('host-network-build', what);
    return facts.networks.get(mode)
      ? mode
      : deny('host-network-build', what, { detail: message('policy.not-engine-network') });
  }
  const container = facts.containers.get(name);
  if (!container)
    return deny('foreign-namespace', what, { detail: message('policy.container-missing', { name }) });
  return container.protected
    ? `container:${container.id}`
    : deny('foreign-namespace', what, { detail: message('policy.container-not-protected', { name }) });
}

const outputsShape: Shape = {
  list: { fields: { Type: 'string', Attrs: { map: 'string' } }, struct: 'types.ImageBuildOutput' },
};

/** Only a list of outputs passes; it is not sent to the engine, where the classic builder ignores it. */
function outputsDenial(text: string): Denial | null {
  const parsed = parseJson(text);
  if (!parsed.ok)
    return deny('unreadable-body', 'docker build --output', {
      detail: withReference(parsed.why, parsed.sentence),
      ...(parsed.isSyntaxError === true && parsed.why !== contentAfterJson
        ? { engineError: invalidBuild.outputs(parsed.why) }
        : {}),
    });
  const shaped = checkShape(parsed.value, outputsShape);
  if (shaped.ok) return null;
  const { path, goError } = shaped.problem;
  return deny('unreadable-body', 'docker build --output', {
    detail: message('policy.outputs-form'),
    // Of a list, or of an output in it: Go words problems of their fields in another way.
    ...((path === wholeBody || /^\[\d+\]$/.test(path)) && goError !== undefined
      ? {
          engineError: invalidBuild.outputs(
            `json: cannot unmarshal ${goError.found} into Go value of type ${goError.type}`,
          ),
        }
      : {}),
  });
}
