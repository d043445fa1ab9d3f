import { hidesEnvironment, topDenial, withoutEnvironment } from '../../shared/policy/environment.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { ResponseTransform } from '../http/exchange.ts';
import { parameter } from '../http/message/target.ts';
import type { Route } from '../routes/route.ts';
import { inspect } from './inspections.ts';
import type { InspectionResult, InspectionContext } from './inspection-context.ts';
import { withVolumesKept } from './keep-volumes.ts';
import { inOwnScope, ownerOf } from './own-scope.ts';
import { perRequestCache } from '../engine-api/per-request-cache.ts';
import { rewriteResponse } from '../base/rewrite-response.ts';
import type { SocketClient } from './socket-client.ts';

/** Longest response to an inspect that is filtered, bytes. */
const maxInspectBytes = 16 * 1024 * 1024;

/** Whether this endpoint has restrictions beyond those for all callers. */
export function isRestricted(
  client: SocketClient | null,
  settings: EffectiveSettings,
  route: Route,
): boolean {
  if (client?.list.scope === 'own' && route.ownScope !== 'open') return true;
  return showsEnvironment(route) && hidesEnvironment(settings, client !== null);
}

/** Variables are in a container's inspect, and in its process list if `ps` is given options for them. */
export const showsEnvironment = (route: Route): boolean =>
  route.method === 'GET' &&
  (route.pattern === '/containers/{id}/json' || route.pattern === '/containers/{id}/top');

/**
 * Inspects a request by the restrictions of its caller: the scope `own` first, then the rules for everybody.
 * Throws EngineUnreachable.
 */
export async function inspectRequest(
  context: InspectionContext,
  route: Route,
  body: Buffer | null,
): Promise<InspectionResult> {
  const { client, settings } = context;
  const usesBefore = context.volumeUses.before();
  let first: Extract<InspectionResult, { kind: 'passed' }> = { kind: 'passed', changes: [] };
  let inspected = context;
  if (client?.list.scope === 'own' && route.ownScope !== 'open') {
    const owner = await ownerOf(client, context);
    // Both checks must see the same objects: a name could otherwise refer to an owned object in the first and
    // to another's in the second.
    inspected = { ...context, owner, facts: perRequestCache(context.facts) };
    const own = await inOwnScope(inspected, client, owner, route, body);
    if (own.kind !== 'passed') return own;
    first = own;
  }
  if (showsEnvironment(route) && hidesEnvironment(settings, client !== null)) {
    if (route.pattern.endsWith('/json'))
      return settings.mode === 'audit' ? first : { ...first, createResponseTransform: hideEnvironment };
    const denial = topDenial(parameter(context.request.target, 'ps_args') ?? '');
    if (denial !== null) return { kind: 'denied', denial };
  }
  if (route.inspect === 'none') return first;
  const second = await inspect(route.inspect, inspected, first.body ?? body);
  return second.kind === 'passed' ? withVolumesKept(context, usesBefore, { ...first, ...second }) : second;
}

const hideEnvironment = (): ResponseTransform => ({
  limit: maxInspectBytes,
  transformResponse: (head, body) => {
    if (head.status !== 200) return null;
    return rewriteResponse(body, withoutEnvironment);
  },
});
