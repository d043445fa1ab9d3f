import { closeSync } from 'node:fs';
import type { AppError, Result } from '../shared/result.ts';
import type { ListenerHandoff } from '../shared/gateway/kept-listeners.ts';
import type { ListenAt, Listener } from './http/listener.ts';
import { socketIdentity } from './base/socket-file.ts';

const namePrefix = 'clients-';

/**
 * Listens where clients connect: on the socket that an earlier gateway left with whoever started both, so
 * that who comes while there is no gateway waits for the next one. Its name holds the socket file's identity:
 * where the file is another one by now, or gone, the descriptor reaches nobody, and a new socket is made.
 * Errors: as of `listenOn`.
 */
export async function listenForClients(
  file: string,
  { inherited, store }: ListenerHandoff,
  listen: (at: ListenAt) => Promise<Result<Listener, AppError>>,
): Promise<Result<Listener, AppError>> {
  const identity = await socketIdentity(file);
  const left = inherited.filter(({ name }) => name.startsWith(namePrefix));
  const same = left.find(({ name }) => identity !== null && name === keptName(identity));
  for (const other of left) {
    if (other === same) continue;
    store.drop(other.name);
    closeSync(other.fd);
  }
  const made = await listen(same === undefined ? { path: file } : { fd: same.fd, path: file });
  if (!made.ok || same !== undefined) return made;
  const [placed, { handle }] = [await socketIdentity(file), made.value];
  if (placed !== null && handle !== null) await store.keep(keptName(placed), handle);
  return made;
}

/** `identity` is two decimal numbers and a colon, which names must not hold. */
const keptName = (identity: string): string => `${namePrefix}${identity.replace(':', '-')}`;
