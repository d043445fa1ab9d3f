import type { SocketMount, SocketMountId, SocketMounts } from '../../gateway/base/socket-mount.ts';

/**
 * A mount as the gateway would have created it, for tests: under the general command list unless the image
 * determines another.
 */
export function socketMount(
  id: string,
  socket: string,
  more: Partial<Omit<SocketMount, 'id' | 'socket'>> = {},
): SocketMount {
  const image = more.image ?? 'docker:cli';
  return {
    id: id as SocketMountId, // tests choose their own ids
    socket,
    image,
    imageId: `sha256:${'0'.repeat(64)}`,
    allowedBy: image,
    derivedFrom: null,
    governing: [],
    createdBy: 0,
    byClient: true,
    container: null,
    ...more,
  };
}

/** Replaces the gateway's own: these mounts and no others; none can be created. */
export function fixedSocketMounts(mounts: readonly SocketMount[]): SocketMounts {
  const refuse = (): never => {
    throw new Error('a fake makes no mounts');
  };
  const get = (id: string) => mounts.find((mount) => mount.id === id) ?? null;
  return {
    reserve: refuse,
    open: () => Promise.reject(new Error('a fake makes no mounts')),
    bind: () => Promise.resolve(),
    renew: () => Promise.resolve(),
    discard: () => Promise.resolve(),
    get,
    getRecorded: get,
    bySocket: (socket) => mounts.find((mount) => mount.socket === socket) ?? null,
    idAt: (file) => mounts.find((mount) => mount.socket === file)?.id ?? null,
    list: () => mounts,
  };
}
