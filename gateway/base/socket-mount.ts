import type { ListFinding } from '../../shared/policy/commands.ts';

/** A Docker socket of a container's own, made by the gateway in place of the engine's (B1, B5, B7). */
export type SocketMountId = string & { readonly socketMountId: true };

export interface SocketMount {
  readonly id: SocketMountId;
  /** Path of the socket, what the container's bind source is replaced with. */
  readonly socket: string;
  /** Image the container was made from, as the client named it, and its id (`sha256:…`). */
  readonly image: string;
  readonly imageId: string;
  /** Entry of the image list that allowed it, as written there. */
  readonly allowedBy: string;
  /** The allowed image it was built from, where it is a derived one (B4). */
  readonly derivedFrom: string | null;
  /** Which per-image command lists apply to the image by its content, as far as they were checked (B7). */
  readonly governing: readonly ListFinding[];
  /**
   * Uid of the container's creator (for one created through another container's socket: that one's creator);
   * for the audit log and for `$HOME`. Null: unknown.
   */
  readonly createdBy: number | null;
  /** The creator's own request, by the clients' socket; false for another container's, and if unknown. */
  readonly byClient: boolean;
  /** Null until the engine has created the container: until then the socket refuses requests. */
  readonly container: { readonly id: string; readonly name: string } | null;
}

/**
 * The socket that a request was received on: the clients' socket, or one that is mounted into a container.
 */
export type Origin =
  { readonly kind: 'clients' } | { readonly kind: 'socket-mount'; readonly id: SocketMountId };

/**
 * The sockets the gateway serves beside the clients' one. They survive restarts of container, gateway and
 * engine.
 */
export interface SocketMounts {
  /** An id and the path of its socket; nothing is created yet. */
  reserve(): { readonly id: SocketMountId; readonly socket: string };
  /**
   * Creates the socket and listens. Resolves when a container may be created with it; rejects with the error
   * of the file system.
   */
  open(mount: SocketMount): Promise<void>;
  /** The engine has created the container: from now on the socket accepts requests. */
  bind(id: SocketMountId, container: { readonly id: string; readonly name: string }): Promise<void>;
  /** Another entry of the list allows the image now, or the command lists were checked again. */
  renew(
    id: SocketMountId,
    verdict: Partial<Pick<SocketMount, 'allowedBy' | 'derivedFrom' | 'governing'>>,
  ): Promise<void>;
  /** The container was not created, or is removed. */
  discard(id: SocketMountId): Promise<void>;
  get(id: SocketMountId): SocketMount | null;
  /** As `get`, of a mount whose container another gateway of the engine may have created. */
  getRecorded(id: SocketMountId): SocketMount | null;
  /** The mount whose socket this path is; null for any other path. */
  bySocket(socket: string): SocketMount | null;
  /**
   * The id in a path of the form these sockets have, whether there is such a mount or not; null for any other
   * path.
   */
  idAt(file: string): SocketMountId | null;
  list(): readonly SocketMount[];
}
