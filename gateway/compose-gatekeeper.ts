import path from 'node:path';
import { RootGuard } from './archive/root-guard.ts';
import { withTrueIds } from './archive/true-ids.ts';
import type { DecisionLog } from './audit/decision-log.ts';
import type { FileLocks } from './base/file-locks.ts';
import { createGatekeeper, denialRecorder } from './enforce/decide.ts';
import type { GatekeeperOptions } from './enforce/gatekeeper-options.ts';
import { LayerGuard } from './enforce/layer-guard.ts';
import { VolumeUses } from './enforce/volume-uses.ts';
import type { EngineFacts } from './engine-api/engine-facts.ts';
import { removeContainer } from './engine-api/remove-container.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { OpenSessions } from './grpc/open-sessions.ts';
import { StartedBuilds } from './grpc/started-builds.ts';
import type { Gatekeeper } from './http/exchange.ts';
import type { GatewayCounters } from './metrics/counters.ts';
import type { SettingsWatch } from './settings/settings-watch.ts';
import { explainFailedStarts } from './sharing/explain-starts.ts';
import { sharingDirectory } from './sharing/open-sharing-users.ts';
import { recordCreates } from './sharing/record-creates.ts';
import { withRestoredBinds } from './sharing/restore-binds.ts';
import type { SharingUsers } from './sharing/sharing-users.ts';
import { socketsDirectory } from './sockets/open-socket-mounts.ts';
import type { SocketMountModule } from './sockets/socket-mount-module.ts';

export interface GatekeeperParts {
  readonly settings: SettingsWatch;
  readonly audit: DecisionLog;
  readonly facts: EngineFacts;
  readonly counters: GatewayCounters;
  readonly sockets: SocketMountModule | null;
  readonly sharing: SharingUsers | null;
  /** Null without a state directory. */
  readonly locks: FileLocks | null;
  readonly log: (line: string) => void;
}

/**
 * The gateway's gatekeeper: decisions by policy, with ids of copies translated, binds restored in inspects,
 * and sharing users recorded. Restores root directories that an earlier gateway left locked.
 */
export async function composeGatekeeper(
  options: GatewayOptions,
  { settings, audit, facts, counters, sockets, sharing, locks, log }: GatekeeperParts,
): Promise<Gatekeeper> {
  const stateDirectory = options.stateDirectory ?? null;
  const guard =
    stateDirectory === null || locks === null
      ? null
      : new RootGuard({
          directory: path.join(stateDirectory, 'isolation/held-roots'),
          root: stateDirectory,
          locks,
          log,
          getExecState: (exec) => facts.execState(exec),
          isPredecessorRunning: options.isPredecessorRunning,
        });
  await guard?.restoreAll();
  const enforcement: GatekeeperOptions = {
    settings,
    audit,
    facts,
    counters,
    runtime: options.runtime ?? null,
    requireUserNamespace: options.requireUserNamespace ?? true,
    engineDirectories: [
      ...(options.engineDirectories ?? []),
      ...(stateDirectory === null
        ? []
        : [socketsDirectory(stateDirectory), sharingDirectory(stateDirectory)]),
    ],
    engineSockets: [options.engineSocket, options.listenSocket],
    clientSocket: options.listenSocket,
    sockets,
    sharing,
    builds: new StartedBuilds(locks),
    layerGuard: new LayerGuard(facts, options.layerGuardProgram ?? null, log),
    sessions: new OpenSessions(locks),
    volumeUses: new VolumeUses(locks),
    removeContainer: (id) =>
      removeContainer(options.engineSocket, id).catch((error: unknown) => {
        log(`container ${id} of a refused start could not be removed: ${String(error)}`);
      }),
    log,
    ...(sockets === null ? {} : { socketMounts: sockets.mounts }),
  };
  const gatekeeper = withTrueIds(createGatekeeper(enforcement), {
    engine: facts,
    sharing: sharing === null || stateDirectory === null ? null : { users: sharing, root: stateDirectory },
    guard,
    recordDenial: denialRecorder(enforcement),
  });
  return sharing === null
    ? gatekeeper
    : recordCreates(explainFailedStarts(withRestoredBinds(gatekeeper), { users: sharing, facts, log }), {
        users: sharing,
        mounts: sockets?.mounts ?? null,
        log,
      });
}
