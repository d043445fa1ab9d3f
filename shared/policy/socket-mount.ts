import { deny, type Denial } from './decision.ts';
import type { SettingPointer } from '../rules/codes.ts';

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
export type SocketAnswer =
  | { readonly kind: 'granted'; readonly socket: string }
  /** `detail`: English, for the refusal. `remedy`: whether an entry of the image list can help. */
  | { readonly kind: 'refused'; readonly detail: string; readonly remedy: 'image-list' | 'none' };

/**
 * The refusal of a mount of the socket (B1). What is granted is no mount of it: the source is replaced
 * before.
 */
export function decideSocketMount(request: SocketMountRequest, answer: SocketAnswer | null): Denial {
  if (!request.docker)
    return deny('socket-mount', `mounting the Docker socket (${request.source})`, {
      spec: 'B1',
      detail: "the engine's own sockets are for the engine alone; mount /var/run/docker.sock",
    });
  const detail = answer?.kind === 'refused' ? answer.detail : '';
  const setting = answer?.kind === 'refused' ? settingOf(answer) : imageList;
  return deny(
    'socket-mount',
    `mounting the Docker socket (${request.source}) into a container of ${request.image === '' ? 'no image' : `image ${request.image}`}`,
    {
      spec: 'B1',
      setting,
      ...(detail === '' ? {} : { detail }),
      ...(request.image === '' ? {} : { subject: { image: request.image } }),
    },
  );
}

/** The refusal to take another container's socket along. */
export function foreignSocket(image: string, answer: SocketAnswer | null): Denial {
  return deny(
    'socket-mount',
    `the Docker socket of another container in one of ${image === '' ? 'no image' : `image ${image}`}`,
    {
      spec: 'B1',
      setting: answer?.kind === 'refused' ? settingOf(answer) : imageList,
      detail: answer?.kind === 'refused' ? answer.detail : '',
    },
  );
}

const settingOf = (answer: Extract<SocketAnswer, { kind: 'refused' }>): SettingPointer =>
  answer.remedy === 'image-list' ? imageList : null;
