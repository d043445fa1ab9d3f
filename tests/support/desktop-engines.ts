import { rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { RootPaths } from '../../engine/base/root-paths.ts';

/** The engine behind the user's socket while the fake Docker Desktop is open. */
export interface DesktopEngine {
  /** Starts under the administrator's file (null: there is none). */
  start(settings: string | null, socket: string): Promise<void>;
  stop(socket: string): Promise<void>;
}

/**
 * An engine with static responses: to the requests of a status, a scan and a health check; it has no
 * containers.
 */
export function textOnlyEngine(
  facts: { readonly defaultRuntime?: string } = {},
): DesktopEngine & { readonly starts: (string | null)[] } {
  let server: http.Server | undefined;
  const starts: (string | null)[] = [];
  const answers: Record<string, unknown> = {
    '/info': {
      Containers: 0,
      ContainersRunning: 0,
      Images: 0,
      Driver: 'overlay2',
      KernelVersion: '6.10.14-linuxkit',
      OperatingSystem: 'Docker Desktop',
      DefaultRuntime: facts.defaultRuntime ?? 'runc',
      ServerVersion: '28.1.1',
      Name: 'docker-desktop',
      DockerRootDir: '/var/lib/docker',
    },
    '/version': {
      Platform: { Name: 'Docker Desktop 4.41.2 (191736)' },
      Version: '28.1.1',
      ApiVersion: '1.49',
      Arch: 'arm64',
    },
    '/containers/json': [],
    '/images/json': [],
  };
  return {
    starts,
    async start(settings, socket) {
      starts.push(settings);
      server = http.createServer((request, response) => {
        const target = (request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
        const body =
          target === '/_ping' ? 'OK' : JSON.stringify(answers[target] ?? { message: 'page not found' });
        response
          .writeHead(target === '/_ping' || answers[target] !== undefined ? 200 : 404, {
            'Content-Type': 'application/json',
          })
          .end(body);
      });
      await new Promise<void>((resolve, reject) => {
        server?.once('error', reject).listen(socket, resolve);
      });
    },
    async stop(socket) {
      server?.closeAllConnections();
      await new Promise<void>((resolve) => {
        if (server === undefined) resolve();
        else
          server.close(() => {
            resolve();
          });
      });
      server = undefined;
      await rm(socket, { force: true });
    },
  };
}

/**
 * A real embedded engine behind the user's socket: it really isolates, in place of the one in Docker
 * Desktop's virtual machine.
 */
export function isolatingEngine(engine: {
  readonly paths: Pick<RootPaths, 'clientSocket' | 'settings' | 'enforcedPolicy' | 'storedSettings'>;
  start(): Promise<void>;
  stop(): Promise<void>;
}): DesktopEngine {
  return {
    async start(settings, socket) {
      const { settings: file, enforcedPolicy, storedSettings } = engine.paths;
      // Docker Desktop without the file enforces nothing; our gateway would keep enforcing the last policy.
      if (settings === null)
        for (const own of [file, enforcedPolicy, storedSettings]) await rm(own, { force: true });
      else await writeFile(file, settings);
      await engine.start();
      await symlink(engine.paths.clientSocket, socket);
    },
    async stop(socket) {
      await rm(socket, { force: true });
      await engine.stop();
    },
  };
}
