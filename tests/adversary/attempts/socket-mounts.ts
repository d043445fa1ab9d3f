import type { Attempt } from '../attempt.ts';
import { listed } from './socket-mounts-listed.ts';
import { withTarget } from './socket-mounts-fixture.ts';
import { foreign } from './socket-mounts-foreign.ts';

/**
 * Containers with a Docker socket against their command list, against each other's sockets, and images that
 * may not have one. On the bare engine every socket is the engine's own. The lists are in the test that runs
 * the corpus: `busybox` may use a few commands, `wide` all, `evil` may have no socket.
 */
export const socketMountAttempts: readonly Attempt[] = [
  ...listed.map((row): Attempt => ({
    prepare: withTarget,
    outcome: 'refused',
    ...row,
    id: `list-${row.id}`,
    class: 'socket-mounts',
  })),
  ...foreign.map((row): Attempt => ({
    outcome: 'refused',
    ...row,
    id: `socket-of-${row.id}`,
    class: 'socket-mounts',
  })),
];
