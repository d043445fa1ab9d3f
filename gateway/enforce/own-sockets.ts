import type { CreateDecision } from '../../shared/policy/create-container.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import type { CreateFacts } from '../../shared/policy/references.ts';
import type { SocketDecision } from '../../shared/policy/socket-mount.ts';
import type { ResponseTransform } from '../http/exchange.ts';
import { checkImageTrust, bindOnResponse } from '../sockets/grant.ts';
import type { SocketMount } from '../base/socket-mount.ts';
import { resolveCommandList } from '../trust/command-list.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import type { InspectionContext } from './inspection-context.ts';
import { nestedDenial } from './socket-client.ts';
import { message } from '../../shared/messages/message.ts';
import { missingImageError, untrustedDetail, type ImageVerdict } from '../trust/image-verdict.ts';

type ResponseTransformFactory = (refused: (denial: Denial) => string) => ResponseTransform;

/**
 * Decides a create request, and grants the container a socket of its own where it requests one and its image
 * may have it (B2). Image trust is checked only for requests that pass otherwise; the socket exists, and
 * refuses requests, before the engine gets the create request.
 */
export async function withSocket(
  context: InspectionContext,
  image: string,
  decide: (socket: SocketDecision | null) => CreateDecision,
): Promise<CreateDecision & { createResponseTransform?: ResponseTransformFactory }> {
  const { facts, log = () => undefined } = context;
  const sockets = context.sockets ?? null;
  const { id, socket } = sockets?.mounts.reserve() ?? { id: null, socket: '/' };
  const granted = decide({ kind: 'granted', socket });
  if (
    granted.decision.outcome !== 'rewrite' ||
    !granted.decision.changes.some(({ rule }) => rule === 'own-socket')
  )
    return granted;
  const verdict = await checkImageTrust(image, context.settings.socket, sockets, callerOf(context));
  if (!verdict.trusted || sockets === null || id === null)
    return decide(verdict.trusted ? null : refusalOf(verdict, context, image));
  const { mounts, containers, trust } = sockets;
  const allowed: SocketMount = {
    id,
    socket,
    image,
    imageId: verdict.imageId,
    allowedBy: verdict.allowedBy,
    derivedFrom: verdict.derivedFrom,
    governing: [],
    createdBy: callerOf(context),
    byClient: context.client === null,
    container: null,
  };
  const mount: SocketMount =
    trust === null
      ? allowed
      : { ...allowed, governing: await resolveCommandList(trust, allowed, context.settings.socket) };
  const nested = context.client === null ? null : nestedDenial(context.client, mount, context.settings);
  if (nested !== null) return { decision: nested, body: null };
  try {
    await mounts.open(mount);
  } catch (error) {
    log(
      `a socket for a container of image ${image} could not be created: ` +
        `${error instanceof Error ? error.message : String(error)}`,
    );
    return decide({
      kind: 'refused',
      remedy: 'none',
      detail: message('gateway.own-socket-failed'),
    });
  }
  return {
    ...granted,
    createResponseTransform: (refused) => bindOnResponse(mount, { mounts, containers, facts, log, refused }),
  };
}

function refusalOf(
  verdict: Extract<ImageVerdict, { trusted: false }>,
  { settings }: InspectionContext,
  image: string,
): SocketDecision {
  return {
    kind: 'refused',
    detail: untrustedDetail(verdict),
    remedy: verdict.reason === 'unavailable' ? 'none' : 'image-list',
    engineError: missingImageError(verdict, image, settings.socket.images),
  };
}

/**
 * Decides parts of one request as `withSocket` would, without a grant: a container that is allowed the socket
 * gets none here. The image is checked once.
 */
export function withoutGrant(
  context: InspectionContext,
  image: string,
): (decide: (socket: SocketDecision | null) => CreateDecision) => Promise<CreateDecision> {
  let checked: Promise<ImageVerdict> | undefined;
  return async (decide) => {
    const granted = decide({ kind: 'granted', socket: '/' });
    if (
      granted.decision.outcome !== 'rewrite' ||
      !granted.decision.changes.some(({ rule }) => rule === 'own-socket')
    )
      return granted;
    const { settings, sockets = null } = context;
    checked ??= checkImageTrust(image, settings.socket, sockets, callerOf(context));
    const verdict = await checked;
    return verdict.trusted ? granted : decide(refusalOf(verdict, context, image));
  };
}

/**
 * By source: the denial of the own socket that a container was created with; null where it is still allowed.
 */
export async function retainedSocketDenials(
  context: InspectionContext,
  container: ContainerFacts,
  facts: Pick<CreateFacts, 'binds'>,
): Promise<Map<string, Denial | null>> {
  const denials = new Map<string, Denial | null>();
  for (const { type, source } of container.mounts) {
    const id =
      type === 'bind' && facts.binds.get(source)?.socketMount !== null
        ? (context.sockets?.mounts.idAt(source) ?? null)
        : null;
    if (id !== null && context.sockets)
      denials.set(source, await context.sockets.admission.mayStart(id, container, context.settings.socket));
  }
  return denials;
}

/** The uid behind a request; for a request of a container, its creator's. */
export function callerOf(context: InspectionContext): number | null {
  return context.client === null ? (context.request.peer()?.uid ?? null) : context.client.mount.createdBy;
}
