import { readlink } from 'node:fs/promises';
import { archive, container, type Attempt, type Breach } from '../attempt.ts';

/** A step that fails unless it is in the engine's network namespace; the image exists only then. */
const dockerfile = 'FROM busybox\nARG NET\nRUN [ "$(readlink /proc/self/ns/net)" = "$NET" ]\n';
const plainFile = 'FROM busybox\nRUN true\n';
const built: Breach = async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200;
const hostNet = async () => encodeURIComponent(JSON.stringify({ NET: await readlink('/proc/self/ns/net') }));
// Without cache (`nocache`): concurrent attempts have equal steps, and the engine fails a build whose cached
// step's image is being removed.
const context = (file: string) => archive({ Dockerfile: file });
const tarType = 'Content-Type: application/x-tar';

export const buildAttempts: readonly Attempt[] = [
  {
    id: 'build-host',
    class: 'bypass-routes',
    title: "docker build with the engine's network, classic",
    outcome: 'refused',
    breach: built,
    attempt: async (side) =>
      side.send(
        'POST',
        `/v1.45/build?nocache=1&t=${side.tag}&networkmode=host&buildargs=${await hostNet()}`,
        context(dockerfile),
        tarType,
      ),
  },
  {
    id: 'build-host-buildkit',
    class: 'bypass-routes',
    title: "docker build with the engine's network, BuildKit",
    outcome: 'refused',
    breach: built,
    attempt: async (side) =>
      side.send(
        'POST',
        `/v1.45/build?version=2&t=${side.tag}&networkmode=host&buildargs=${await hostNet()}`,
        context(plainFile),
        tarType,
      ),
  },
  {
    id: 'build-host-twice',
    class: 'bypass-routes',
    title: 'docker build with two network modes, the first of which counts',
    outcome: 'refused',
    breach: built,
    attempt: async (side) =>
      side.send(
        'POST',
        `/v1.45/build?nocache=1&t=${side.tag}&networkmode=host&networkmode=none&buildargs=${await hostNet()}`,
        context(dockerfile),
        tarType,
      ),
  },
  {
    id: 'build-container-network',
    class: 'bypass-routes',
    title: 'docker build in the network of an unprotected container',
    outcome: 'refused',
    breach: built,
    prepare: (side) => container(side, `${side.tag}.victim`, { start: true }),
    attempt: (side) =>
      side.send(
        'POST',
        `/v1.45/build?nocache=1&t=${side.tag}&networkmode=container:${side.tag}.victim`,
        context(plainFile),
        tarType,
      ),
  },
  {
    id: 'build-cgroup',
    class: 'bypass-routes',
    title: "docker build with a cgroup parent of the engine's",
    outcome: 'refused',
    breach: built,
    attempt: (side) =>
      side.send(
        'POST',
        `/v1.45/build?nocache=1&t=${side.tag}&cgroupparent=${encodeURIComponent('/a/../b')}`,
        context(plainFile),
        tarType,
      ),
  },
];
