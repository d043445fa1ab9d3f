import { deny } from '../../shared/policy/decision.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import { writeTarget } from '../http/message/target.ts';
import { isProtected } from './existing-containers.ts';
import { type InspectionContext, type InspectionResult, denied, passedAsIs } from './inspection-context.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { type SocketHolder, holderDenial } from './socket-client.ts';

/**
 * The request's target with the container's name replaced by its id, so that the checked container is the one
 * that is used.
 */
export function pinnedTarget(context: InspectionContext, id: string): string {
  const { target, match } = context.request;
  return writeTarget(target.version, (match?.route.pattern ?? '').replace('{id}', id), target.rawQuery);
}

/**
 * Requires a protected container, unless a warning is enough by the settings, or its `docker run` began
 * before ECI was turned on.
 */
export async function checkProtected(
  context: InspectionContext,
  container: ContainerFacts,
  command: string,
): Promise<InspectionResult> {
  if (await isProtected(container, context)) return passedAsIs;
  const denial = deny(
    'container-unprotected',
    message('gateway.use-of-container', { command, name: container.name }),
    { subject: { container: container.name } },
  );
  const about = { container: container.name, image: container.image };
  return context.settings.existingContainers === 'warn' || context.runsInFlight.includes(container)
    ? { ...passedAsIs, warning: denial, ...about }
    : denied(denial, { ...about, followsFromCreate: context.auditedCreates.includes(container.id) });
}

/**
 * Same as `checkProtected`, for requests that enter a container or read its content: it must not have wider
 * access to the engine than the caller either.
 */
export async function checkEntry(
  context: InspectionContext,
  container: ContainerFacts,
  command: string,
): Promise<InspectionResult> {
  const result = await checkProtected(context, container, command);
  if (result.kind !== 'passed') return result;
  const holderResult = checkSocketHolder(
    context,
    container,
    message('gateway.use-of-container', { command, name: container.name }),
    {
      container: container.name,
      image: container.image,
    },
  );
  return holderResult.kind === 'passed' && holderResult.warning === undefined ? result : holderResult;
}

/** Denies a container with wider access to the engine than the caller. `what`: the request, for the text. */
export function checkSocketHolder(
  context: InspectionContext,
  container: SocketHolder,
  what: Message,
  about: { container?: string; image?: string },
): InspectionResult {
  const denial =
    context.client === null
      ? null
      : holderDenial(context.client, container, what, context.socketMounts ?? null, context.settings);
  if (denial === null) return passedAsIs;
  return context.settings.existingContainers === 'warn'
    ? { ...passedAsIs, warning: denial, ...about }
    : denied(denial, about);
}

/** What is done, for messages: `docker cp`. */
export const commandOf = (context: InspectionContext): string =>
  `docker ${context.request.match?.route.commands[0] ?? context.request.head.method}`;
