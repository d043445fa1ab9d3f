import { buildLookups, decideBuild } from '../../shared/policy/build.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import type { UpgradeHandler } from '../http/exchange.ts';
import { writeTarget } from '../http/message/target.ts';
import type { CallPolicy } from '../grpc/call-policy.ts';
import { proxyGrpc } from '../grpc/proxy.ts';
import type { StartedBuilds } from '../grpc/started-builds.ts';
import { isProtected } from './existing-containers.ts';
import type { InspectionContext, InspectionResult } from './inspection-context.ts';
import { layerLinksDenial } from './read-layers.ts';

/** `POST /build`: its parameters are decided and re-encoded. Throws EngineUnreachable. */
export async function inspectBuild(context: InspectionContext): Promise<InspectionResult> {
  const { target } = context.request;
  const lookups = buildLookups(target.query);
  const networks = new Map<string, { driver: string } | null>();
  for (const name of lookups.networks) networks.set(name, await context.facts.network(name));
  const containers = new Map<string, { id: string; protected: boolean } | null>();
  for (const name of lookups.containers) {
    const container = await context.facts.container(name);
    containers.set(
      name,
      container === null ? null : { id: container.id, protected: await isProtected(container, context) },
    );
  }
  const defaultRuntime = await context.facts.defaultRuntime();
  const decision = decideBuild(target.query, { networks, containers, defaultRuntime });
  if (decision.outcome === 'deny') return { kind: 'denied', denial: decision };
  // An engine with experimental features reads the layers to make one of them.
  const squash = target.query.some(({ key }) => key === 'squash')
    ? await layerLinksDenial(context, 'docker build --squash')
    : null;
  if (squash !== null) return { kind: 'denied', denial: squash };
  // Many SDKs add options of their own: dropped parameters are not logged, replaced ones are.
  const changes = decision.changes.filter(({ rule }) => rule !== 'parameter-dropped');
  return { kind: 'passed', changes, target: writeTarget(target.version, target.path, decision.parameters) };
}

/** Whether a build is denied because of the engine's default runtime, which a reload may change. */
export const isOfDefaultRuntime = ({ rule }: Denial): boolean => rule === 'build-runtime';

/**
 * `POST /grpc`: the connection becomes HTTP/2 with BuildKit's services on it, each call of which is decided
 * by `policy`, also on a connection that is opened while ECI is off: ECI may come on before it ends.
 */
export function grpcUpgradeHandler(policy: CallPolicy, builds: StartedBuilds): UpgradeHandler {
  return (client, engine) => proxyGrpc(client, engine, policy, builds);
}
