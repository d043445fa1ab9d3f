import { closeSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { internalHandle } from '../shared/process/internal-handle.ts';
import type { ListenerHandoff } from '../shared/gateway/listener-handoff.ts';

const listenerName = 'planner';

/**
 * Listens on the socket that the supervisor retained from an earlier planner: runtimes that connected in
 * between wait in its backlog. Without one, or if its file is gone, binds a new one at `file`, which only
 * root can ever connect to.
 */
export async function listenOn(
  server: Server,
  file: string,
  { inherited, store }: ListenerHandoff,
  log: (line: string) => void,
): Promise<void> {
  await listen(server, file, { inherited, store });
  // Running out of descriptors must not end the planner.
  server.on('error', (error) => {
    log(`a connection could not be accepted: ${error.message}`);
  });
}

async function listen(server: Server, file: string, { inherited, store }: ListenerHandoff): Promise<void> {
  const previous = inherited.find(({ name }) => name === listenerName);
  if (previous !== undefined && existsSync(file)) {
    await listening(server, () => {
      server.listen({ fd: previous.fd });
    });
    return;
  }
  if (previous !== undefined) closeSync(previous.fd);
  rmSync(file, { force: true });
  const before = process.umask(0o177);
  // bind() happens before listen returns, so the umask is in force for it.
  const done = listening(server, () => {
    server.listen({ path: file });
  });
  process.umask(before);
  await done;
  const handle = internalHandle(server);
  if (handle !== null) await store.keep(listenerName, handle);
}

/** Closes a listening socket (Node removes its file) and restores that file with the same inode. */
export async function withFileKept(file: string, close: () => Promise<void>): Promise<void> {
  const kept = `${file}.kept`;
  rmSync(kept, { force: true });
  linkSync(file, kept);
  await close();
  renameSync(kept, file);
}

function listening(server: Server, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    begin();
  });
}
