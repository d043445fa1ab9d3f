import type { RootPaths } from '../../base/root-paths.ts';

/** The command line of the engine's gateway, after the launcher. */
export function gatewayArguments(paths: RootPaths): string[] {
  return [
    'gateway',
    '--engine',
    `unix://${paths.engineSocket}`,
    '--listen',
    `unix://${paths.clientSocket}`,
    '--settings',
    paths.settings,
    '--audit',
    paths.audit,
    '--metrics',
    `unix://${paths.metricsSocket}`,
    '--state',
    paths.root,
    ...paths.directories.flatMap((directory) => ['--engine-directory', directory]),
  ];
}
