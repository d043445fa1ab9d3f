// What `npm run test:matrix` runs.

/** The image stores that each engine is tested with. */
export const stores = ['overlay2', 'containerd'];

/**
 * `docker`: whether its scripts use the docker command line, so that it is run with each version of that.
 * `inEveryRun`: whether `npm test`, too, runs it on the newer engine; the others take minutes each.
 */
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
    name: 'refusals',
    what: 'refusals, as clients show them',
    file: 'tests/conformance/refusals.engine.test.ts',
    docker: true,
    inEveryRun: true,
  },
  {
    name: 'claims',
    what: 'verification: the claims, from inside of containers',
    file: 'engine/verify/verify.engine.test.ts',
    docker: false,
    inEveryRun: true,
  },
  {
    name: 'docker-py',
    what: 'docker-py 7',
    file: 'tests/conformance/docker-py.engine.test.ts',
    docker: false,
    inEveryRun: true,
  },
  {
    name: 'dockerode',
    what: 'dockerode 5',
    file: 'tests/conformance/dockerode.engine.test.ts',
    docker: false,
    inEveryRun: true,
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
    inEveryRun: true,
  },
  {
    name: 'streams',
    what: 'attach, exec, logs, events',
    file: 'tests/conformance/streams.engine.test.ts',
    docker: false,
    inEveryRun: true,
  },
  {
    name: 'engine-errors',
    what: "the engine's own errors",
    file: 'tests/conformance/engine-errors.engine.test.ts',
    docker: false,
    inEveryRun: true,
  },
  {
    name: 'request-targets',
    what: 'paths, queries and API versions',
    file: 'tests/conformance/request-targets.engine.test.ts',
    docker: false,
    inEveryRun: true,
  },
];
