import { existsSync } from 'node:fs';
import path from 'node:path';
import { message, type Message } from '../../shared/messages/message.ts';
import { optionsOfRoot } from './root-options.ts';
import { rootPaths, systemInstallRecord, systemRoot } from './root-paths.ts';

/**
 * The command that starts or stops the engine of Bulkhead below `root`, to be pasted into a shell. It always
 * names the engine: which one is meant without that depends on the machine and the user. Pure.
 */
export const engineCommand = (action: 'start' | 'stop', root: string): string =>
  `bulkhead engine ${action}${optionsOfRoot(root)}`;

/** How the engine is started that should respond at this socket; null: not known which one that is. */
export function startHint(socket: string | null): Message {
  const root = socket === null ? null : rootOfSocket(socket);
  return root === null
    ? message('engine.start-engine')
    : message('engine.start-with-command', { command: engineCommand('start', root) });
}

/** The root directory of the engine of Bulkhead that has this socket; null if it is another engine's. */
function rootOfSocket(socket: string): string | null {
  const system = rootPaths(systemRoot);
  const isSystem = [system.clientSocket, system.engineSocket].includes(
    socket.replace(/^\/var(?=\/run\/)/, ''),
  );
  if (isSystem) return existsSync(systemInstallRecord) ? systemRoot : null;
  const paths = rootPaths(path.dirname(socket));
  const isOwn = [paths.clientSocket, paths.engineSocket].includes(socket);
  return isOwn && [paths.state, paths.settings].some(existsSync) ? paths.root : null;
}
