import path from 'node:path';
import type { SocketMountModule } from '../sockets/socket-mount-module.ts';
import type { SocketMount, SocketMountId } from '../base/socket-mount.ts';
import { socketsDirectory } from '../sockets/open-socket-mounts.ts';
import { idAt } from '../sockets/mount-records.ts';
import type { ImageTrust } from '../trust/image-verdict.ts';

/**
 * A socket module that creates nothing: a grant is decided and passed to `granted`, and has no effect.
 */
export function dryRunSockets(
  stateDirectory: string,
  trust: ImageTrust,
  granted: (mount: SocketMount) => void,
): SocketMountModule {
  const nothing = () => Promise.resolve();
  // A placeholder: it is shown in a path, and identifies no mount.
  const id = '<its own>' as SocketMountId;
  return {
    mounts: {
      reserve: () => ({ id, socket: path.join(socketsDirectory(stateDirectory), id, 'docker.sock') }),
      open: (mount) => {
        granted(mount);
        return nothing();
      },
      bind: nothing,
      renew: nothing,
      discard: nothing,
      get: () => null,
      getRecorded: () => null,
      bySocket: () => null,
      idAt: (file) => idAt(socketsDirectory(stateDirectory), file),
      list: () => [],
    },
    admission: { admit: () => null, mayStart: () => Promise.resolve(null) },
    containers: {
      list: () => Promise.resolve([]),
      exists: () => Promise.resolve(false),
      remove: nothing,
      follow: nothing,
      setEngineStopping: () => undefined,
      isEngineStopping: false,
    },
    trust,
    start: nothing,
    holdOpening: nothing,
    resumeOpening: () => undefined,
    retire: () => undefined,
    close: nothing,
  };
}
