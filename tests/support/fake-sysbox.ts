import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';

/**
 * How a service of the fake behaves: like Sysbox's, accepting without responding, another protocol, or a
 * socket without a listener.
 */
export type FakeService = 'responds' | 'hangs' | 'wrong-protocol' | 'ended' | 'absent';

export interface FakeSysbox {
  readonly binary: string;
  readonly socketDirectory: string;
  /** The file in which every call of the runtime is recorded, one per line. */
  readonly log: string;
  stop(): Promise<void>;
}

/**
 * A fake Sysbox, for tests of how it is found, queried and configured: a script that responds to
 * `--version` like Sysbox and otherwise is plain runc, and two sockets. It isolates nothing. `version`
 * replaces its response; `null` makes it hang.
 */
export async function startFakeSysbox(
  directory: string,
  options: {
    readonly services?: { readonly mgr?: FakeService; readonly fs?: FakeService };
    readonly version?: string | null;
    readonly runc?: string;
  } = {},
): Promise<FakeSysbox> {
  const socketDirectory = path.join(directory, 'sysbox-run');
  const binary = path.join(directory, 'fake-sysbox-runc');
  const log = path.join(directory, 'fake.log');
  await mkdir(socketDirectory, { recursive: true });
  const version =
    options.version === undefined
      ? 'sysbox-runc\\n\\tedition: \\tCommunity Edition (CE)\\n\\tversion: \\t0.6.7 (fake)\\n'
      : options.version;
  await writeFile(
    binary,
    `#!/bin/sh
# A fake for tests: not Sysbox.
if [ "$1" = --version ]; then ${version === null ? 'exec sleep 1000' : `printf '${version}'; exit 0`}; fi
echo "$*" >> ${log}
exec ${options.runc ?? '/usr/sbin/runc'} "$@"
`,
  );
  await chmod(binary, 0o755);
  const stops = await Promise.all([
    serve(path.join(socketDirectory, 'sysmgr.sock'), options.services?.mgr ?? 'responds'),
    serve(path.join(socketDirectory, 'sysfs.sock'), options.services?.fs ?? 'responds'),
  ]);
  return {
    binary,
    socketDirectory,
    log,
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

async function serve(socket: string, how: FakeService): Promise<() => Promise<void>> {
  if (how === 'absent') return () => Promise.resolve();
  const server =
    how === 'responds'
      ? http2.createServer()
      : net.createServer((connection) => {
          connection.on('error', () => undefined);
          if (how === 'wrong-protocol') connection.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        });
  const connections = new Set<net.Socket>();
  server.on('connection', (connection: net.Socket) => {
    connections.add(connection);
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      for (const connection of connections) connection.destroy();
      server.close(() => {
        resolve();
      });
    });
  if (how !== 'ended') return stop;
  // A socket file that outlived its listener.
  await rename(socket, `${socket}.kept`);
  await stop();
  await rename(`${socket}.kept`, socket);
  return () => Promise.resolve();
}
