import { closeSync } from 'node:fs';
import type { AppError, Result } from '../shared/result.ts';
import type { ListenerHandoff } from '../shared/gateway/listener-handoff.ts';
import type { ListenAddress, Listener } from './http/listener.ts';
import { socketIdentity } from './base/socket-file.ts';

const namePrefix = 'clients-';
/** Name of the descriptor of the socket unit (`FileDescriptorName=`), whose socket outlives every gateway. */
const socketUnitName = 'clients';

/**
 * Listens on the clients' socket: on the descriptor that an earlier gateway stored in the parent process, so
 * that clients that connect while no gateway runs wait for the next one. Its name contains the socket file's
 * identity: where the file was replaced or removed, no client can reach the descriptor, and a new socket is
 * created. Errors: as of `listenOn`.
 */
export async function listenForClients(
  file: string,
  { inherited, store }: ListenerHandoff,
  listen: (at: ListenAddress) => Promise<Result<Listener, AppError>>,
): Promise<Result<Listener, AppError>> {
  const unit = inherited.find(({ name }) => name === socketUnitName);
  // Its file belongs to the unit: it stays when the gateway ends.
  if (unit !== undefined) return listen({ fd: unit.fd });
  const identity = await socketIdentity(file);
  const leftover = inherited.filter(({ name }) => name.startsWith(namePrefix));
  const current = leftover.find(({ name }) => identity !== null && name === listenerName(identity));
  for (const other of leftover) {
    if (other === current) continue;
    store.drop(other.name);
    closeSync(other.fd);
  }
  const listening = await listen(current === undefined ? { path: file } : { fd: current.fd, path: file });
  if (!listening.ok || current !== undefined) return listening;
  const [placed, { handle }] = [await socketIdentity(file), listening.value];
  if (placed !== null && handle !== null) await store.keep(listenerName(placed), handle);
  return listening;
}

/** `identity` is two decimal numbers and a colon, which names must not hold. */
const listenerName = (identity: string): string => `${namePrefix}${identity.replace(':', '-')}`;
