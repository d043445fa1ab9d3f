// Which suites run on which Docker Engines, image stores and clients. `npm run test:matrix` runs all of them,
// by night; each run of `npm test` has some cells, which `cellStages` names.

/** The image stores that each engine is tested with. */
export const stores = ['overlay2', 'containerd'];

/** `docker`: whether it is about the docker command line, and so is run with each version of that. */
export const suites = [
  {
    name: 'docker-cli',
    what: 'docker, buildx and Compose: what users do',
    file: 'tests/conformance/docker-cli.engine.test.ts',
    docker: true,
  },
  {
    name: 'comparison',
    what: 'what is seen, observation by observation',
    file: 'tests/conformance/comparison/comparison.engine.test.ts',
    docker: true,
  },
  {
    name: 'builds',
    what: 'BuildKit through the gateway',
    file: 'gateway/grpc/builds.engine.test.ts',
    docker: true,
  },
  {
    name: 'native-clients',
    what: 'builds by native gRPC (HTTP/2 with prior knowledge)',
    file: 'gateway/grpc/native-clients.engine.test.ts',
    docker: true,
  },
  {
    name: 'refusals',
    what: 'refusals, as clients show them',
    file: 'tests/conformance/refusals.engine.test.ts',
    docker: true,
  },
  {
    name: 'claims',
    what: 'verification: the claims, from inside of containers',
    file: 'engine/verify/verify.engine.test.ts',
    docker: false,
  },
  {
    name: 'devices',
    what: 'listed devices: --device, --gpus, CDI',
    file: 'gateway/enforce/devices.engine.test.ts',
    docker: false,
  },
  {
    name: 'descriptors',
    what: "BuildKit's messages and calls, as the engine's program describes them",
    file: 'gateway/grpc/descriptors.engine.test.ts',
    docker: false,
  },
  {
    name: 'time-namespaces',
    what: 'containers with a time namespace, as Docker Engine 29.5 makes them',
    file: 'planner/time-namespace.engine.test.ts',
    docker: false,
  },
  {
    name: 'docker-py',
    what: 'docker-py 7',
    file: 'tests/conformance/docker-py.engine.test.ts',
    docker: false,
  },
  {
    name: 'dockerode',
    what: 'dockerode 5',
    file: 'tests/conformance/dockerode.engine.test.ts',
    docker: false,
  },
  {
    name: 'testcontainers',
    what: 'Testcontainers for Node 12',
    file: 'tests/conformance/testcontainers.engine.test.ts',
    docker: false,
  },
  {
    name: 'testcontainers-reaper',
    what: 'its reaper, by a mounted socket',
    file: 'tests/conformance/testcontainers-reaper.engine.test.ts',
    docker: false,
  },
  {
    name: 'client-bodies',
    what: 'bodies that other clients send',
    file: 'tests/conformance/client-bodies.engine.test.ts',
    docker: false,
  },
  {
    name: 'streams',
    what: 'attach, exec, logs, events',
    file: 'tests/conformance/streams.engine.test.ts',
    docker: false,
  },
  {
    name: 'engine-errors',
    what: "the engine's own errors",
    file: 'tests/conformance/engine-errors.engine.test.ts',
    docker: false,
  },
  {
    name: 'request-targets',
    what: 'paths, queries and API versions',
    file: 'tests/conformance/request-targets.engine.test.ts',
    docker: false,
  },
];

/** Suites that are not about the docker command line need no second set of clients. */
export function runsIn(suite, { isOwnClient }) {
  return suite.docker || isOwnClient;
}

/** What takes seconds each. */
const quick = ['refusals', 'docker-py', 'dockerode', 'client-bodies', 'streams', 'request-targets'];

/** What an image store can change, in seconds: images, archives, registries, builds and attestations. */
const ofImages = ['docker-py', 'dockerode', 'native-clients'];

/**
 * The stages of `npm test` that run suites of one cell each, besides `engine`: that runs every suite on this
 * machine's engine with overlay2 and its own clients. `engine` and `client`: this machine's, or those of
 * newer-engine.mjs. `after`: the stage that they wait for. Two at a time run in the place of the engine stage
 * beside the end-to-end tests, which end last.
 */
export const cellStages = [
  {
    name: 'newer-overlay2',
    engine: 'newer',
    store: 'overlay2',
    client: 'newer',
    after: 'engine',
    suites: [
      ...quick,
      'claims',
      'engine-errors',
      'devices',
      'native-clients',
      'descriptors',
      'time-namespaces',
    ],
  },
  {
    name: 'newer-containerd',
    engine: 'newer',
    store: 'containerd',
    client: 'newer',
    after: 'engine',
    suites: ['refusals', ...ofImages, 'claims'],
  },
  {
    name: 'engine-containerd',
    engine: 'machine',
    store: 'containerd',
    client: 'machine',
    after: 'newer-containerd',
    suites: ofImages,
  },
  {
    name: 'newer-clients',
    engine: 'machine',
    store: 'overlay2',
    client: 'newer',
    after: 'newer-overlay2',
    suites: ['refusals'],
  },
  {
    name: 'older-clients',
    engine: 'newer',
    store: 'overlay2',
    client: 'machine',
    after: 'newer-clients',
    suites: ['refusals'],
  },
];

/**
 * Tests in machines of their own, whose systemd and engine are those of a release of Debian. `kind`: as in
 * tests/machine/debian-image.ts. In QEMU, the kernel is that of the release, too.
 */
export const machineSuites = [
  {
    file: 'tests/machine/system-engine.machine.test.ts',
    kind: 'user-mode-linux',
    machine: 'Debian 13 as User Mode Linux',
    what: 'installation, claims at each apply, switches, reboots, removal',
    run: 'every change',
  },
  {
    file: 'tests/machine/system-engine.machine.test.ts',
    kind: 'qemu',
    machine: 'QEMU, Debian 13',
    what: 'installation, claims at each apply, switches, reboots, removal',
    run: 'nightly',
  },
  {
    file: 'tests/machine/packages.machine.test.ts',
    kind: 'qemu',
    machine: 'QEMU, Debian 13',
    what: 'upgrades, roll backs, hanging services, another kernel, containers over 70 and 120 layers',
    run: 'nightly',
  },
  {
    file: 'tests/machine/two-engines.machine.test.ts',
    kind: 'qemu',
    machine: 'QEMU, Debian 13',
    what: "an embedded engine beside the machine's own",
    run: 'nightly',
  },
  {
    file: 'tests/machine/window.machine.test.ts',
    kind: 'qemu',
    machine: 'QEMU, Debian 13',
    what: 'an apply from the window',
    run: 'nightly',
  },
  {
    file: 'tests/machine/newer-engine.machine.test.ts',
    kind: 'qemu',
    machine: 'QEMU, Debian unstable',
    what: 'installation, claims, containers over 70 and 120 layers, a reboot, removal',
    run: 'nightly',
  },
];

/** The key of a suite of `machineSuites` in a record. */
export const machineKey = ({ file, kind }) => (kind === 'qemu' ? file : `${file} (${kind})`);

/** Where such a suite runs, as reasons name it (matrix-reasons.mjs). */
export const machinePlace = ({ kind }) => (kind === 'qemu' ? 'QEMU' : 'User Mode Linux');
