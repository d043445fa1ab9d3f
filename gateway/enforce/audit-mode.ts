import pLimit from 'p-limit';
import { createContainerBody } from '../../shared/policy/docker-bodies.ts';
import { foldKey, isObject, type JsonObject } from '../../shared/policy/json.ts';
import { parseBind, writeBind } from '../../shared/policy/bind-spec.ts';
import { checkShape, listAt, textAt } from '../../shared/policy/shape.ts';
import type { Verdict } from '../http/exchange.ts';
import { createBindSourceResolver } from './bind-sources.ts';
import { readJson } from './read-body.ts';
import { writeBody } from './write-body.ts';
import { bindSourceEnvironment } from './bind-environment.ts';
import type { InspectionContext } from './inspection-context.ts';

/** The engine's own runtime, known to every dockerd. */
const plainRuntime = 'runc';

/**
 * Audit mode: a request that would be refused is forwarded as the client sent it. Only create requests are
 * changed. Where the engine's default is the isolation runtime, it would refuse what the gateway let pass, so
 * a request without a runtime gets the plain one. And the source of a mounted Docker socket becomes the
 * clients' socket, so that requests by it are decided and logged too.
 */
export function forwardAsReceived(
  context: InspectionContext,
  requestBody: Buffer | null,
): Verdict | Promise<Verdict> {
  if (requestBody === null) return { kind: 'forward' };
  if (context.request.match?.route.inspect !== 'create-container')
    return { kind: 'forward', body: requestBody };
  return forwardCreateAsReceived(context, requestBody);
}

async function forwardCreateAsReceived(context: InspectionContext, requestBody: Buffer): Promise<Verdict> {
  const asReceived: Verdict = { kind: 'forward', body: requestBody };
  const parsed = await readJson(requestBody, context.request.clientGone?.());
  if (!parsed.ok || !isObject(parsed.value)) return asReceived;
  const rewritten = await withClientsSocket(context, parsed.value);
  // With the engine unreachable the request itself fails.
  const runtime = await context.facts.defaultRuntime().catch(() => null);
  const body =
    (runtime === context.runtime ? withPlainRuntime(rewritten ?? parsed.value) : null) ?? rewritten;
  return body === null
    ? asReceived
    : { kind: 'forward', body: await writeBody(body, requestBody.length, context.request.clientGone?.()) };
}

/**
 * The body with the clients' socket as the source of every bind of a Docker socket; null where there is none.
 */
async function withClientsSocket(context: InspectionContext, body: JsonObject): Promise<JsonObject | null> {
  const { clientSocket } = context;
  const host = body.get('HostConfig');
  if (clientSocket === undefined || !isObject(host)) return null;
  const resolve = createBindSourceResolver(
    await bindSourceEnvironment(context),
    context.request.clientGone?.(),
  );
  const isSocket = async (source: string): Promise<boolean> => {
    const facts = await resolve(source);
    return (
      facts.real !== clientSocket &&
      (facts.isDockerSocket || (facts.real !== null && context.engineSockets.includes(facts.real)))
    );
  };
  let found = false;
  const rewritten = new Map(host);
  const binds = await pLimit(4).map(listAt(host, 'Binds'), async (bind) => {
    const parsed = typeof bind === 'string' ? parseBind(bind) : null;
    if (parsed?.ok !== true || parsed.spec.kind !== 'path' || !(await isSocket(parsed.spec.source)))
      return bind;
    found = true;
    return writeBind({ ...parsed.spec, source: clientSocket });
  });
  const mounts = await pLimit(4).map(listAt(host, 'Mounts'), async (mount) => {
    if (!isObject(mount) || textAt(mount, 'Type') !== 'bind' || !(await isSocket(textAt(mount, 'Source'))))
      return mount;
    found = true;
    return new Map(mount).set('Source', clientSocket);
  });
  if (!found) return null;
  if (binds.length > 0) rewritten.set('Binds', binds);
  if (mounts.length > 0) rewritten.set('Mounts', mounts);
  return new Map(body).set('HostConfig', rewritten);
}

/**
 * The body with the plain runtime where it names none; null where it names one, or is not written as the API
 * says.
 */
export function withPlainRuntime(body: JsonObject): JsonObject | null {
  const host = body.get('HostConfig');
  const keys = [...body.keys()].filter((key) => foldKey(key) === foldKey('HostConfig'));
  if (keys.some((key) => key !== 'HostConfig')) return null;
  if (host === undefined || host === null) {
    // Engines before v27 take the host's fields from the top level when there is no HostConfig: then it must
    // not come to be.
    return checkShape(body, createContainerBody).ok
      ? new Map(body).set('HostConfig', new Map([['Runtime', plainRuntime]]))
      : null;
  }
  if (
    !isObject(host) ||
    [...host].some(([key, value]) => foldKey(key) === foldKey('Runtime') && value !== '' && value !== null)
  )
    return null;
  return new Map(body).set('HostConfig', new Map(host).set('Runtime', plainRuntime));
}
