import path from 'node:path';
import { fetchUpstreamTests } from '../../../scripts/upstream-tests.mjs';
import { docker } from '../../support/real-engine.ts';
import { atLeast, known, packages } from './docker-cli.ts';
import { compareGoPackages } from './go-packages.ts';

compareGoPackages({
  title: 'A1: end-to-end tests of docker/cli',
  suite: 'docker-cli',
  packages,
  known,
  atLeast,
  fetch: async () => path.join((await fetchUpstreamTests()).cli, 'e2e'),
  prepare: async ({ socket }) => {
    // The names of a registry that the tests have elsewhere. What they pull or push fails on both.
    for (const name of ['alpine', 'busybox'])
      await docker(socket, 'tag', 'busybox', `registry:5000/${name}:frozen`);
  },
  environment: ({ socket }) => ({ TEST_DOCKER_HOST: `unix://${socket}` }),
});
