import path from 'node:path';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import type { DesktopHost } from './host.ts';

/**
 * Docker Desktop's paths in the form that all code uses: the settings file is Docker's, the socket the
 * user's, and our own files (history, journal, backup, draft) are in a directory of their own. Paths that
 * only an embedded engine has name files that never exist.
 */
export function desktopPaths(host: DesktopHost): RootPaths {
  const { locations } = host;
  const ours = rootPaths(locations.state);
  return {
    ...ours,
    settings: locations.settings,
    clientSocket: locations.sockets[0] ?? ours.clientSocket,
    engineSocket: locations.sockets[0] ?? ours.engineSocket,
  };
}

/**
 * Where a verification run with, and without, an administrator's rights is stored: root never writes into a
 * user's directory.
 */
export const verificationFiles = (
  host: DesktopHost,
): { readonly elevated: string; readonly user: string } => ({
  elevated: path.join(host.locations.state, 'verification.json'),
  user: path.join(host.locations.userState, 'verification.json'),
});

/**
 * Our directories on the path of history, backup and journal, the outermost first. Only administrators may
 * write to each of them: the owner of an outer one can replace the inner one.
 */
export const stateDirectories = (host: DesktopHost): readonly string[] =>
  host.platform === 'linux'
    ? [host.locations.state]
    : [path.dirname(host.locations.state), host.locations.state];
