import path from 'node:path';
import { ok, type AppError, type Result } from '../shared/result.ts';
import { lockedDownSettings } from '../shared/settings/effective.ts';
import { openAdmission } from './open-admission.ts';
import { loadedTranslator, loadTranslator } from '../shared/messages/translator.ts';
import { refusalText } from '../shared/policy/decision.ts';
import type { ConnectionLimits } from '../shared/policy/limits.ts';
import { RootGuard } from './archive/root-guard.ts';
import { withTrueIds } from './archive/true-ids.ts';
import { openDecisionLog, type DecisionLog } from './audit/decision-log.ts';
import { listenForClients } from './client-listener.ts';
import { createGatekeeper } from './enforce/decide.ts';
import { createEngineFacts } from './engine-api/create-engine-facts.ts';
import { groupId } from './base/socket-file.ts';
import { listenOn, type ListenAt, type Listener } from './http/listener.ts';
import {
  noListenerStore,
  type InheritedListener,
  type ListenerStore,
} from '../shared/gateway/listener-handoff.ts';
import { openSocketMounts, socketsDirectory } from './sockets/module.ts';
import type { SocketMountModule } from './sockets/socket-mount-module.ts';
import type { Origin } from './base/socket-mount.ts';
import { GatewayCounters } from './metrics/counters.ts';
import { serveMetrics } from './metrics/serve.ts';
import { withRestoredBinds } from './sharing/restore-binds.ts';
import { recordCreates } from './sharing/record-creates.ts';
import { recordBuildsUnenforced } from './sharing/builds-unenforced.ts';
import { openSharingUsers, sharingDirectory } from './sharing/module.ts';
import type { SharingUsers } from './sharing/sharing-users.ts';
import { createImageTrust } from './trust/create-image-trust.ts';
import type { ImageTrust } from './trust/image-trust.ts';
import { watchSettings, type PolicyState } from './settings/settings-watch.ts';
import { syncPreferencesFile } from './settings/user-settings.ts';
import { userSettingsName } from '../shared/settings/preferences.ts';

export interface GatewayOptions {
  /** Path of the engine's own unix socket. */
  readonly engineSocket: string;
  /** Path of the socket clients talk to. */
  readonly listenSocket: string;
  readonly settingsFile: string;
  /** Decision log (JSONL); null for none. */
  readonly auditFile?: string | null;
  /** Runtime every container is made with (A6). Default: that of the backend that the settings choose. */
  readonly runtime?: string;
  /**
   * Group that may use the socket (0660); where it does not exist the socket is root's alone (0600). Default
   * `docker`.
   */
  readonly group?: string;
  /** Directories that belong to the engine: never mountable, nor any that contains them. */
  readonly engineDirectories?: readonly string[];
  /**
   * Also look at a running container's uid_map, not only at its runtime's name. Default true; false is for
   * tests with a stand-in runtime.
   */
  readonly requireUserNamespace?: boolean;
  /** Socket that serves `GET /metrics` (Prometheus text); null or missing: none. */
  readonly metricsSocket?: string | null;
  /**
   * Directory for what the gateway keeps over restarts (sockets of containers' own, last-known registry
   * digests); null or missing: nothing is kept, and no container gets a socket.
   */
  readonly stateDirectory?: string | null;
  /** Says which images may have the Docker socket. Default: by what registries serve. */
  readonly imageTrust?: ImageTrust;
  /** Listening descriptors that an earlier gateway left with whoever started this one; and who keeps ours. */
  readonly inherited?: readonly InheritedListener[];
  readonly listenerStore?: ListenerStore;
  /** How many connections users may have. Default: `connectionLimits`. */
  readonly connectionLimits?: ConnectionLimits;
  /** One line about the gateway itself (policy changes, malformed requests). */
  readonly log?: (line: string) => void;
}

export interface Gateway {
  readonly listenSocket: string;
  policy(): PolicyState;
  /** Resolves when every decision so far is in the audit file. */
  flushAudit(): Promise<void>;
  /**
   * Serves another socket by the same rules; it closes with the gateway, or on its own before. Errors: as of
   * `startGateway`.
   */
  listenOn(at: ListenAt, origin: Origin): Promise<Result<Listener, AppError>>;
  /**
   * Told that the engine is about to stop (true), and that it runs again (false): what of the gateway's own
   * would hold its end up is let go.
   */
  engineStops(stopping: boolean): void;
  /**
   * Stops listening on every socket, lets running exchanges end for `graceMs`, then cuts what is left. Socket
   * files that are still the gateway's own go away.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts the gateway. Errors: `engine.already-running` when somebody answers on the listen socket,
 * `engine.start-failed` when it can't be made. An engine that is down is no error: clients get 503 until it
 * is up.
 */
export async function startGateway(options: GatewayOptions): Promise<Result<Gateway, AppError>> {
  const log = options.log ?? (() => undefined);
  const preferences =
    typeof options.stateDirectory === 'string'
      ? {
          file: path.join(options.stateDirectory, userSettingsName),
          gid: await groupId(options.group ?? 'docker'),
        }
      : null;
  const syncPreferences = (state: PolicyState): void => {
    const problem =
      preferences === null ? null : syncPreferencesFile(preferences.file, state.settings, preferences.gid);
    if (problem !== null) log(`there is no place for users' preferences: ${problem}`);
  };
  // Refusals before it is loaded are in English.
  const loadLanguage = ({ settings }: PolicyState): Promise<void> =>
    loadTranslator(settings.language).then(
      () => undefined,
      (error: unknown) => {
        log(`refusals stay in English: ${String(error)}`);
      },
    );
  const settings = watchSettings(
    options.settingsFile,
    (state) => {
      void loadLanguage(state);
      log(describePolicy(options.settingsFile, state));
      syncPreferences(state);
      if (typeof options.stateDirectory === 'string')
        recordBuildsUnenforced(sharingDirectory(options.stateDirectory), state.settings, log);
    },
    preferences,
  );
  await loadLanguage(settings.current());
  // Every log line names the user's preference it was decided under, if any.
  const audit = withPreference(
    openDecisionLog(options.auditFile ?? null, log),
    () => settings.current().preference,
  );
  const facts = createEngineFacts(options.engineSocket);
  const counters = new GatewayCounters();
  const imageTrust = countedTrust(
    counters,
    options.imageTrust ??
      createImageTrust({
        facts,
        stateDirectory: options.stateDirectory ?? null,
        log,
        // With ECI off no registry hears of the list.
        refresh: () => {
          const { eci, socket } = settings.current().settings;
          return eci.value ? socket : null;
        },
      }),
  );
  let sharing: SharingUsers | null = null;
  const abortStart = <T>(result: T): T => {
    settings.close();
    imageTrust.close();
    facts.close();
    sharing?.close();
    return result;
  };
  let sockets: SocketMountModule | null = null;
  if (options.stateDirectory !== undefined && options.stateDirectory !== null) {
    const opened = openSocketMounts({
      stateDirectory: options.stateDirectory,
      engineSocket: options.engineSocket,
      facts,
      trust: imageTrust,
      settings: () => settings.current().settings.socket,
      listen: (at, origin) => listen(at, origin),
      listenerStore: options.listenerStore ?? noListenerStore,
      log,
    });
    if (!opened.ok) return abortStart(opened);
    sockets = opened.value;
    const openedUsers = openSharingUsers(options.stateDirectory, sockets.containers, log);
    if (!openedUsers.ok) return abortStart(openedUsers);
    sharing = openedUsers.value;
  }
  const guard =
    typeof options.stateDirectory !== 'string'
      ? null
      : new RootGuard({
          directory: path.join(options.stateDirectory, 'isolation/held-roots'),
          root: options.stateDirectory,
          log,
          getExecState: (exec) => facts.execState(exec),
        });
  await guard?.restoreAll();
  const judge = withTrueIds(
    createGatekeeper({
      settings,
      audit,
      facts,
      counters,
      runtime: options.runtime ?? null,
      requireUserNamespace: options.requireUserNamespace ?? true,
      engineDirectories: [
        ...(options.engineDirectories ?? []),
        ...(options.stateDirectory === undefined || options.stateDirectory === null
          ? []
          : [socketsDirectory(options.stateDirectory), sharingDirectory(options.stateDirectory)]),
      ],
      engineSockets: [options.engineSocket, options.listenSocket],
      clientSocket: options.listenSocket,
      sockets,
      sharing,
      note: log,
      ...(sockets === null ? {} : { socketMounts: sockets.mounts }),
    }),
    facts,
    sharing === null || typeof options.stateDirectory !== 'string'
      ? null
      : { users: sharing, root: options.stateDirectory },
    guard,
  );

  const decide =
    sharing === null
      ? judge
      : recordCreates(withRestoredBinds(judge), { users: sharing, mounts: sockets?.mounts ?? null, log });

  const admission = await openAdmission({
    mounts: sockets?.mounts ?? null,
    counters,
    log,
    text: (denial) => refusalText(denial, loadedTranslator(settings.current().settings.language)),
    ...(options.connectionLimits === undefined ? {} : { limits: options.connectionLimits }),
  });
  const listeners = new Set<Listener>();
  const listen = async (at: ListenAt, origin: Origin): Promise<Result<Listener, AppError>> => {
    const made = await listenOn(at, {
      engineSocket: options.engineSocket,
      decide,
      origin,
      log,
      admission,
      onEngineUnreachable: () => {
        counters.engineUnreachable++;
      },
      onProtocolError: (why) => {
        counters.malformed++;
        log(`request refused: ${why}`);
      },
      ...(options.group === undefined ? {} : { group: options.group }),
    });
    if (!made.ok) return made;
    const listener: Listener = {
      ...made.value,
      close: async (...args) => {
        listeners.delete(listener);
        await made.value.close(...args);
      },
    };
    listeners.add(listener);
    return ok(listener);
  };
  const handoff = { inherited: options.inherited ?? [], store: options.listenerStore ?? noListenerStore };
  const clients = await listenForClients(options.listenSocket, handoff, (at) =>
    listen(at, { kind: 'clients' }),
  );
  if (!clients.ok) return abortStart(clients);
  // Before anybody is told that the gateway is ready: containers that the engine starts of itself find their
  // sockets there.
  await sockets?.start(options.inherited ?? []);
  sharing?.start();

  const sum = (count: (listener: Listener) => number) =>
    [...listeners].reduce((total, listener) => total + count(listener), 0);
  const metrics =
    options.metricsSocket === undefined || options.metricsSocket === null
      ? null
      : await serveMetrics(
          options.metricsSocket,
          options.group ?? 'docker',
          counters,
          () => {
            const state = settings.current();
            return {
              openConnections: sum((one) => one.connections()),
              tunnels: sum((one) => one.tunnels()),
              socketMounts: [...listeners].filter(({ origin }) => origin.kind === 'socket-mount').length,
              policyGeneration: state.generation,
              policyProblem: state.problem !== null,
              mode: state.settings.eci.value ? state.settings.mode : 'off',
              auditDropped: audit.dropped,
            };
          },
          log,
        );
  // Nobody is to go unprotected for want of numbers: it is said, and the gateway runs.
  if (metrics !== null && !metrics.ok) log(`no metrics: ${metrics.error.message}`);

  return ok({
    listenSocket: options.listenSocket,
    policy: () => settings.current(),
    flushAudit: () => audit.flush(),
    listenOn: listen,
    engineStops: (stopping) => {
      sockets?.containers.setEngineStopping(stopping);
    },
    close: async (graceMs = 5000) => {
      await Promise.all([
        sockets?.close(graceMs),
        ...[...listeners]
          .filter(({ origin }) => origin.kind === 'clients')
          .map((listener) => listener.close(graceMs)),
      ]);
      if (metrics?.ok === true) await metrics.value.close();
      abortStart(null);
      await audit.flush();
    },
  });
}

function withPreference(audit: DecisionLog, preference: () => string | null): DecisionLog {
  return {
    write: (entry) => {
      const by = preference();
      audit.write(by === null ? entry : { ...entry, preference: by });
    },
    get dropped() {
      return audit.dropped;
    },
    flush: () => audit.flush(),
  };
}

/** Counts every answer. */
function countedTrust(counters: GatewayCounters, trust: ImageTrust): ImageTrust {
  return {
    decide: async (image, socket) => {
      const verdict = await trust.decide(image, socket);
      counters.trustDecided(verdict.trusted ? 'trusted' : verdict.reason);
      return verdict;
    },
    close: () => {
      trust.close();
    },
  };
}

function describePolicy(file: string, state: PolicyState): string {
  const eci = state.settings.eci.value ? 'on' : 'off';
  const mode =
    state.settings.eci.value && state.settings.mode === 'audit'
      ? '; audit mode: nothing is refused, what would be is only logged'
      : '';
  const by = state.preference === null ? '' : `; by preference of ${state.preference}`;
  const ignored =
    state.preferenceProblem === null
      ? ''
      : `; a user's preference is not in force: ${state.preferenceProblem}`;
  const preferred = by + ignored;
  const why = state.problem?.split('\n', 1)[0] ?? null;
  if (why === null)
    return (
      `policy ${state.generation} of ${file} in force: enhanced container isolation ` +
      `${eci}${mode}${preferred}`
    );
  return state.settings === lockedDownSettings
    ? `locked down: ${file} cannot be used: ${why}`
    : `the last good policy stays in force (enhanced container isolation ${eci}${mode}${preferred}): ` +
        `${file} cannot be used: ${why}`;
}
