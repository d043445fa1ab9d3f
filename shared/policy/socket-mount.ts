import { deny, type Denial } from './decision.ts';
import type { EngineError } from './engine-errors.ts';
import { message, type Message } from '../messages/message.ts';
import type { SettingPointer } from '../rules/index.ts';

const imageList = '/enhancedContainerIsolation/dockerSocketMount/imageList';

/** The facts about a container's request for the engine's socket. */
export interface SocketMountRequest {
  /** The path as the client wrote it. */
  readonly source: string;
  /** Image of the new container. */
  readonly image: string;
  /** It is the clients' socket; false for sockets that no container gets: the engine's own, containerd's. */
  readonly docker: boolean;
}

/**
 * Whether the container's image may have the Docker socket (B2–B4), and which socket it gets instead of the
 * clients' one.
 */
export type SocketDecision =
  | { readonly kind: 'granted'; readonly socket: string }
  /**
   * `detail`: for the refusal. `remedy`: whether an entry of the image list can help. `engineError`: the
   * engine does not have the image, and the list may allow what a pull gets.
   */
  | {
      readonly kind: 'refused';
      readonly detail: string | Message;
      readonly remedy: 'image-list' | 'none';
      readonly engineError?: EngineError | undefined;
    };

/**
 * The refusal of a mount of the socket (B1). A granted one is not a mount of it any more: the source was
 * replaced before.
 */
export function decideSocketMount(request: SocketMountRequest, decision: SocketDecision | null): Denial {
  if (!request.docker)
    return deny('socket-mount', message('policy.docker-socket-mount', { source: request.source }), {
      detail: message('policy.engine-socket-reserved'),
      setting: null,
    });
  const detail = decision?.kind === 'refused' ? decision.detail : '';
  const setting = decision?.kind === 'refused' ? settingOf(decision) : imageList;
  return deny(
    'socket-mount',
    request.image === ''
      ? message('policy.socket-without-image', { source: request.source })
      : message('policy.socket-into-image', {
          source: request.source,
          image: request.image,
        }),
    {
      setting,
      ...(detail === '' ? {} : { detail }),
      ...(request.image === '' ? {} : { subject: { image: request.image } }),
      ...engineErrorOf(decision),
    },
  );
}

/** The refusal to share another container's socket. */
export function foreignSocket(image: string, decision: SocketDecision | null): Denial {
  return deny(
    'socket-mount',
    image === ''
      ? message('policy.foreign-socket-without-image')
      : message('policy.foreign-socket-into-image', { image }),
    {
      setting: decision?.kind === 'refused' ? settingOf(decision) : imageList,
      detail: decision?.kind === 'refused' ? decision.detail : '',
      ...engineErrorOf(decision),
    },
  );
}

const settingOf = (decision: Extract<SocketDecision, { kind: 'refused' }>): SettingPointer =>
  decision.remedy === 'image-list' ? imageList : null;

const engineErrorOf = (decision: SocketDecision | null): { readonly engineError?: EngineError } =>
  decision?.kind === 'refused' && decision.engineError !== undefined
    ? { engineError: decision.engineError }
    : {};
