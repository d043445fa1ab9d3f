import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { unitStates, type UnitState } from '../guarded/systemd.ts';
import type { Outcome } from './install-steps.ts';
import { engineUnits } from './unit-names.ts';

/** Sockets of the engine, as systemd makes them, by which clients bypass the gateway. Pure. */
export function socketConflicts(
  units: ReadonlyMap<string, UnitState>,
  engineSocket: string,
): readonly Message[] {
  const unit = units.get(engineUnits.socket);
  const elsewhere = (unit?.listens ?? []).filter((address) => address !== engineSocket);
  return [
    ...elsewhere.map((address) => message('system.socket-listens-elsewhere', { address })),
    ...(unit === undefined ? [] : accessConflicts(unit, engineSocket)),
    ...otherSockets(units.get(engineUnits.service)),
  ];
}

const bypasses: ReadonlySet<Message['id']> = new Set([
  'system.socket-listens-elsewhere',
  'system.socket-is-accessible',
  'system.other-socket-unit',
  'system.listens-elsewhere',
  'system.engine-left-socket-unit',
]);

/** Whether a problem of the engine is a way for clients past the gateway. */
export const bypassesGateway = ({ id }: Message): boolean => bypasses.has(id);

/** Another drop-in of docker.socket, which is read after ours, may give others access to the socket. */
function accessConflicts({ socket: { mode, user, group } }: UnitState, path: string): Message[] {
  const bits = /^[0-7]+$/.test(mode) ? Number.parseInt(mode, 8) : 0;
  const isOpen =
    (bits & 0o007) !== 0 ||
    ((bits & 0o070) !== 0 && !isRoot(group)) ||
    ((bits & 0o700) !== 0 && !isRoot(user));
  if (!isOpen) return [];
  const owner = [user, group].map((name) => (name === '' ? 'root' : name)).join(':');
  return [message('system.socket-is-accessible', { path, mode, owner })];
}

const isRoot = (name: string): boolean => ['', 'root', '0'].includes(name);

/** dockerd -H fd:// listens on the sockets of each unit that starts its service. */
export const otherSockets = (service: UnitState | undefined): Message[] =>
  (service?.triggeredBy ?? [])
    .filter((unit) => unit.endsWith('.socket') && unit !== engineUnits.socket)
    .map((unit) => message('system.other-socket-unit', { unit }));

/** Whether only root can use the engine's sockets, by the units that systemd has loaded. */
export async function checkEngineSockets(paths: RootPaths): Promise<Outcome> {
  const units = await unitStates([engineUnits.service, engineUnits.socket]);
  const conflicts = socketConflicts(units, paths.engineSocket);
  if (conflicts.length === 0) return ok(undefined);
  return fail('input.unusable', message('system.cannot-install'), {
    reason: joinMessages('sentences', conflicts),
    hint: message('system.engine-was-not-touched'),
  });
}
