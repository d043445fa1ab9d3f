import { createContainerBody } from '../../shared/policy/docker-bodies.ts';
import { foldKey, isObject, parseJson, writeJson, type JsonObject } from '../../shared/policy/json.ts';
import { checkShape } from '../../shared/policy/shape.ts';
import type { Verdict } from '../http/exchange.ts';
import type { InspectionContext } from './inspections.ts';

/** The engine's own runtime, known to every dockerd. */
const plainRuntime = 'runc';

/**
 * Audit mode: what would be refused goes to the engine as the client sent it. Only a create request is made to work: where the engine's
 * default is the isolation runtime, that would refuse what the gateway let pass, so a client that named no runtime gets the plain one.
 */
export function passAsSent(context: InspectionContext, sent: Buffer | null): Verdict | Promise<Verdict> {
  if (sent === null) return { kind: 'forward' };
  if (context.request.match?.route.inspect !== 'create-container') return { kind: 'forward', body: sent };
  return withPlainRuntime(context, sent);
}

async function withPlainRuntime(context: InspectionContext, sent: Buffer): Promise<Verdict> {
  const asSent: Verdict = { kind: 'forward', body: sent };
  // An engine that can't be asked answers the request itself.
  const runtime = await context.facts.defaultRuntime().catch(() => null);
  if (runtime !== context.runtime) return asSent;
  const parsed = parseJson(sent.toString('utf8'));
  if (!parsed.ok || !isObject(parsed.value)) return asSent;
  const body = runtimeAdded(parsed.value);
  return body === null ? asSent : { kind: 'forward', body: Buffer.from(writeJson(body), 'utf8') };
}

/** The body with the plain runtime where it names none; null where it names one, or is not written as the API says. */
export function runtimeAdded(body: JsonObject): JsonObject | null {
  const host = body.get('HostConfig');
  if (host === undefined || host === null) {
    // Engines before v27 take the host's fields from the top level when there is no HostConfig: then it must not come to be.
    return checkShape(body, createContainerBody).ok ? new Map(body).set('HostConfig', new Map([['Runtime', plainRuntime]])) : null;
  }
  if (!isObject(host) || [...host].some(([key, value]) => foldKey(key) === foldKey('Runtime') && value !== '' && value !== null)) return null;
  return new Map(body).set('HostConfig', new Map(host).set('Runtime', plainRuntime));
}
