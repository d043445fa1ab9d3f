import type { Denial } from '../../shared/policy/decision.ts';
import { buildNetworks, decideBuildParameters } from '../../shared/policy/build.ts';
import type { TakeOver } from '../http/exchange.ts';
import { proxyGrpc } from '../grpc/proxy.ts';
import type { InspectionContext, Inspected } from './inspections.ts';

/** `POST /build`, the classic builder's and BuildKit's older road: everything that matters is in the parameters. Throws EngineUnreachable. */
export async function inspectBuild(context: InspectionContext): Promise<Inspected> {
  const { query } = context.request.target;
  const networks = new Map<string, { driver: string } | null>();
  for (const name of buildNetworks(query)) networks.set(name, await context.facts.network(name));
  const denial = decideBuildParameters(query, networks);
  return denial === null ? { kind: 'passed', changes: [] } : { kind: 'denied', denial };
}

/**
 * `POST /grpc`: the connection becomes HTTP/2 with BuildKit's services on it, each call of which is decided on its own. `refused` takes
 * note of a refusal and gives the text for the client; null lets the call pass (audit mode).
 * A connection made while ECI is off is a raw tunnel and stays one: turning ECI on restarts the engine, which ends it.
 */
export function takeGrpcOver(refused: (call: string, denial: Denial) => string | null): TakeOver {
  return (client, engine) => { proxyGrpc(client, engine, { deny: refused }); };
}
