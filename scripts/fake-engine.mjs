// A fake engine that runs, for the state of a status: this process and its responses.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { identityOf } from '../engine/base/process-identity.ts';
import { rootPaths } from '../engine/base/root-paths.ts';

const container = {
  id: 'c'.repeat(64),
  created: '2026-01-01T00:00:00Z',
  image: 'busybox',
  host: { Runtime: 'bulkhead-runc', RestartPolicy: { Name: 'no' } },
};

const responses = {
  '/_ping': {},
  '/containers/json': [
    {
      Id: container.id,
      Names: ['/stopped'],
      Image: container.image,
      Command: 'true',
      Created: 1,
      State: 'exited',
      Status: 'Exited',
      Labels: {},
    },
  ],
  [`/containers/${container.id}/json`]: {
    Id: container.id,
    Name: '/stopped',
    Created: container.created,
    State: { Status: 'exited', Running: false, Pid: 0, StartedAt: container.created },
    Config: { Image: container.image, Labels: {} },
    HostConfig: container.host,
    Mounts: [],
  },
};

/**
 * Serves an engine with one stopped container at `root`, an existing directory with a settings file. Resolves
 * with a function that ends it.
 */
export async function serveFakeEngine(root) {
  const paths = rootPaths(root);
  const own = await identityOf(process.pid);
  writeFileSync(
    paths.state,
    JSON.stringify({
      version: 1,
      supervisor: own,
      phase: 'ready',
      generation: 1,
      readyAt: container.created,
      eci: true,
      dockerd: own,
      gateway: own,
      planner: own,
      error: null,
      problem: null,
      crash: null,
    }),
  );
  const server = createServer((request, response) => {
    const [path] = request.url.replace(/^\/v[\d.]+/, '').split('?', 1);
    const body = responses[path];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { message: 'page not found' }));
  });
  await new Promise((resolve) => {
    server.listen(paths.clientSocket, resolve);
  });
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
