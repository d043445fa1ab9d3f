import { deny, type Denial } from './decision.ts';
import { message, type Message } from '../messages/message.ts';
import type { SettingPointer } from '../rules/index.ts';

const imageList = '/enhancedContainerIsolation/dockerSocketMount/imageList';

/** What is known when a container asks for the engine's socket. */
export interface SocketMountRequest {
  /** The path as the client wrote it. */
  readonly source: string;
  /** Image the container is to be made from. */
  readonly image: string;
  /** It is the socket clients use; false for sockets that nobody gets: the engine's own, containerd's. */
  readonly docker: boolean;
}

/**
 * Whether the container's image may have the Docker socket (B2–B4), and which socket it gets instead of the
 * clients' one.
 */
export type SocketDecision =
  | { readonly kind: 'granted'; readonly socket: string }
  /** `detail`: for the refusal. `remedy`: whether an entry of the image list can help. */
  | { readonly kind: 'refused'; readonly detail: string | Message; readonly remedy: 'image-list' | 'none' };

/**
 * The refusal of a mount of the socket (B1). What is granted is no mount of it: the source is replaced
 * before.
 */
export function decideSocketMount(request: SocketMountRequest, decision: SocketDecision | null): Denial {
  if (!request.docker)
    return deny('socket-mount', message('policy.mounting-docker-socket', { source: request.source }), {
      detail: message('policy.engine-sockets-are-its-own'),
      setting: null,
    });
  const detail = decision?.kind === 'refused' ? decision.detail : '';
  const setting = decision?.kind === 'refused' ? settingOf(decision) : imageList;
  return deny(
    'socket-mount',
    request.image === ''
      ? message('policy.mounting-docker-socket-into-no-image', { source: request.source })
      : message('policy.mounting-docker-socket-into-image', {
          source: request.source,
          image: request.image,
        }),
    {
      setting,
      ...(detail === '' ? {} : { detail }),
      ...(request.image === '' ? {} : { subject: { image: request.image } }),
    },
  );
}

/** The refusal to take another container's socket along. */
export function foreignSocket(image: string, decision: SocketDecision | null): Denial {
  return deny(
    'socket-mount',
    image === ''
      ? message('policy.socket-of-another-container-in-no-image')
      : message('policy.socket-of-another-container-in-image', { image }),
    {
      setting: decision?.kind === 'refused' ? settingOf(decision) : imageList,
      detail: decision?.kind === 'refused' ? decision.detail : '',
    },
  );
}

const settingOf = (decision: Extract<SocketDecision, { kind: 'refused' }>): SettingPointer =>
  decision.remedy === 'image-list' ? imageList : null;
