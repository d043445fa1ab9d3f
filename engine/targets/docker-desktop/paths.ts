import path from 'node:path';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import type { DesktopHost } from './host.ts';

/**
 * Docker Desktop's places in the shape every part of ours works on: the settings file is Docker's, the socket
 * the user's, and what is ours (history, journal, backup, draft) lies in a directory of its own. What only an
 * engine of ours has names files that are never there.
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
 * Where a verification made with, and without, an administrator's rights is kept: root never writes into a
 * user's directory.
 */
export const verificationFiles = (
  host: DesktopHost,
): { readonly elevated: string; readonly user: string } => ({
  elevated: path.join(host.locations.state, 'verification.json'),
  user: path.join(host.locations.userState, 'verification.json'),
});

/**
 * The directories of ours on the way to history, backup and journal, from the outer one in. Each must be
 * administrators' alone: who owns the outer one can put another in the inner one's place.
 */
export const stateDirectories = (host: DesktopHost): readonly string[] =>
  host.platform === 'linux'
    ? [host.locations.state]
    : [path.dirname(host.locations.state), host.locations.state];
