import { deny, type Denial } from './decision.ts';

/** What is known when a container asks for the engine's socket. */
export interface SocketMountRequest {
  /** The path as the client wrote it. */
  readonly source: string;
  /** Image the container is to be made from. */
  readonly image: string;
}

/**
 * May this image have the Docker socket (B1–B4)? No, for every image so far: the seam where image trust by digest comes in. Refusing
 * a listed image errs on the safe side.
 */
export function decideSocketMount(request: SocketMountRequest): Denial {
  return deny('socket-mount', `mounting the Docker socket (${request.source})`, { spec: 'B1', setting: '/enhancedContainerIsolation/dockerSocketMount/imageList' });
}
