import type Docker from 'dockerode';
import type { Recreation } from '../../shared/containers/recreate-body.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { EffectiveCaller } from '../base/docker-client-as.ts';
import { engineReason, statusOf } from '../base/docker-client.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { inspect, type RecreatePorts } from './recreate-ports.ts';

export interface MakeOptions {
  /** The user on whose behalf it is created. */
  readonly user: EffectiveCaller;
  readonly name: string;
  /** The required image id, whatever its reference resolves to a moment later. */
  readonly imageId: string;
  readonly runtime: string;
  /** Called with its id, to record it, before any further step. */
  readonly onCreated: (id: string) => Promise<Result<void, AppError>>;
}

/**
 * Creates a container through the gateway and connects it to its networks; it is not started. A refusal by
 * policy is `containers.recreate-blocked` with the gateway's message, which names the setting. On a failure
 * the created container stays: the caller rolls back.
 */
export async function makeContainer(
  ports: RecreatePorts,
  recreation: Pick<Recreation, 'body' | 'networks'>,
  options: MakeOptions,
): Promise<Result<string, AppError>> {
  const { body, networks } = recreation;
  const clients = ports.clients(options.user);
  let id: string;
  try {
    // The cast: dockerode would send one object as query and as body; its types don't declare that they can
    // be given separately.
    const request: object = { _query: { name: options.name }, _body: body };
    ({ id } = await clients.createContainer(request as Docker.ContainerCreateOptions));
  } catch (error) {
    return refused(message('containers.new-container-not-created'), error);
  }
  const noted = await options.onCreated(id);
  if (!noted.ok) return noted;
  try {
    for (const { name, endpoint } of networks.connected)
      await clients.getNetwork(name).connect({ Container: id, EndpointConfig: endpoint });
    const read = await inspect(ports.engine, id);
    if (!read.ok) return read;
    if (read.value === null)
      return fail('containers.recreate-failed', message('containers.new-container-removed'));
    const { view } = read.value;
    if (view.Image !== options.imageId)
      return fail('containers.recreate-failed', message('containers.new-container-other-image'), {
        reason: message('containers.image-mismatch', { image: view.Image, imageId: options.imageId }),
        hint: message('containers.tag-moved'),
      });
    if (view.HostConfig.Runtime !== options.runtime)
      return fail('containers.recreate-failed', message('containers.new-container-unprotected'), {
        reason: message('containers.runtime-is', { runtime: view.HostConfig.Runtime }),
      });
    // The old container was disconnected from the network it was created on.
    for (const network of networks.all === null ? [] : Object.keys(view.NetworkSettings.Networks)) {
      if (networks.all?.includes(network) === false)
        await ports.engine.getNetwork(network).disconnect({ Container: id });
    }
    return ok(id);
  } catch (error) {
    return refused(message('containers.new-container-not-connected'), error);
  }
}

/** A request to the gateway that was refused, as an error. */
export function refused(what: Message, error: unknown): Result<never, AppError> {
  const reason = engineReason(error);
  return statusOf(error) === 403
    ? fail('containers.recreate-blocked', what, {
        reason,
        hint: message('containers.change-named-setting'),
      })
    : fail('containers.recreate-failed', what, { reason });
}
