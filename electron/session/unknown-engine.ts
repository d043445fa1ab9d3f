import os from 'node:os';
import type { RootPaths } from '../../engine/base/root-paths.ts';
import { engineProblem, type EngineStatus } from '../../shared/engine-status/status.ts';

/** The status of an engine that cannot be read. `why`: the reason, in English. */
export function unknownEngine(paths: RootPaths, kind: EngineStatus['kind'], why: string): EngineStatus {
  return {
    kind,
    phase: 'failed',
    name: os.hostname(),
    root: paths.root,
    socket: paths.clientSocket,
    settingsPath: paths.settings,
    daemonJsonPath: paths.daemonJson,
    supervisorPid: null,
    dockerdPid: null,
    generation: 0,
    startedAt: null,
    version: null,
    apiVersion: null,
    kernel: null,
    os: null,
    storageDriver: null,
    defaultRuntime: null,
    counts: null,
    gatewayUp: false,
    plannerUp: false,
    problem: engineProblem(why),
  };
}
