import { loadedTranslator } from '../shared/messages/translator.ts';
import { refusalText } from '../shared/policy/decision.ts';
import { noListenerStore } from '../shared/gateway/listener-handoff.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { openDecisionLog } from './audit/decision-log.ts';
import { withPreference } from './audit/with-preference.ts';
import { FileLocks, locksFile } from './base/file-locks.ts';
import type { Origin } from './base/socket-mount.ts';
import { listenForClients } from './client-listener.ts';
import { composeGatekeeper, type GatekeeperParts } from './compose-gatekeeper.ts';
import { createEngineFacts } from './engine-api/create-engine-facts.ts';
import { GatewayListeners } from './gateway-listeners.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { ListenAddress, Listener } from './http/listener.ts';
import { countedTrust } from './metrics/counted-trust.ts';
import { GatewayCounters } from './metrics/counters.ts';
import { openAdmission } from './open-admission.ts';
import { openMetrics } from './open-metrics.ts';
import type { PolicyState } from './settings/settings-watch.ts';
import { openSharingUsers } from './sharing/open-sharing-users.ts';
import { openSocketMounts } from './sockets/open-socket-mounts.ts';
import { createImageTrust } from './trust/create-image-trust.ts';
import type { ImageTrust } from './trust/image-verdict.ts';
import { watchPolicy } from './watch-policy.ts';

export interface Gateway {
  readonly listenSocket: string;
  policy(): PolicyState;
  /** Why a gateway that starts now would enforce another policy than this one; null: it would not. */
  whyNotReplaceable(): string | null;
  /** Resolves when every decision so far is in the audit file. */
  flushAudit(): Promise<void>;
  /**
   * Serves another socket by the same rules; it closes with the gateway, or on its own before. Errors: as of
   * `startGateway`.
   */
  listenOn(at: ListenAddress, origin: Origin): Promise<Result<Listener, AppError>>;
  /**
   * Call with true when the engine is about to stop, and with false when it runs again: connections that
   * would delay its stop are closed, and the gateway by itself opens none, which would start it.
   */
  setEngineStopping(stopping: boolean): void;
  /**
   * Before another process gets its sockets: creates of containers with one wait from now on. Resolves when
   * none is in progress.
   */
  holdSockets(): Promise<void>;
  /** Ends the waiting. No effect on a retired gateway. */
  resumeSockets(): void;
  /**
   * Leaves its sockets to another process with the same descriptors: when this resolves, it accepts no
   * connections and no longer follows the engine. Open connections are served until `ended`.
   */
  retire(): Promise<{ readonly ended: Promise<void> }>;
  /**
   * Stops listening on every socket, lets running exchanges end for `graceMs`, then closes the rest. Removes
   * socket files that are still the gateway's own.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts the gateway. Errors: `engine.already-running` when another process serves the listen socket,
 * `engine.start-failed` when it cannot be created. An engine that is down is no error: clients get 503 until
 * it is up.
 */
export async function startGateway(options: GatewayOptions): Promise<Result<Gateway, AppError>> {
  const log = options.log ?? (() => undefined);
  const settings = await watchPolicy(options, log);
  // Every log line names the user's preference it was decided under, if any.
  const audit = withPreference(
    openDecisionLog(options.auditFile ?? null, log),
    () => settings.current().preference,
  );
  const facts = createEngineFacts(options.engineSocket);
  const counters = new GatewayCounters();
  let isEngineStopping = options.isEngineStopped ?? false;
  const imageTrust = openImageTrust(options, {
    settings,
    facts,
    counters,
    log,
    isEngineStopping: () => isEngineStopping,
  });
  const closeFacts = (): void => {
    settings.close();
    imageTrust.close();
    facts.close();
  };
  const listen = (at: ListenAddress, origin: Origin) => listeners.listen(at, origin);
  const opened = openContainerParts(options, { settings, facts, imageTrust, listen, log });
  if (!opened.ok) {
    closeFacts();
    return opened;
  }
  const { sockets, sharing, locks } = opened.value;
  sockets?.containers.setEngineStopping(isEngineStopping);
  const parts = { settings, audit, facts, counters, sockets, sharing, locks, log };
  const listeners = await createListeners(options, parts);
  const handoff = { inherited: options.inherited ?? [], store: options.listenerStore ?? noListenerStore };
  const clients = await listenForClients(options.listenSocket, handoff, (at) =>
    listen(at, { kind: 'clients' }),
  );
  if (!clients.ok) {
    closeFacts();
    sharing?.close();
    locks?.closeWhenUnused();
    return clients;
  }
  // Before the gateway reports that it is ready: containers that the engine starts by itself need their
  // sockets.
  await sockets?.start(options.inherited ?? []);
  sharing?.start();
  const metrics = await openMetrics(options, { counters, settings, audit, listeners, log });

  return ok({
    listenSocket: options.listenSocket,
    policy: () => settings.current(),
    whyNotReplaceable: settings.whyNotReplaceable,
    flushAudit: () => audit.flush(),
    listenOn: listen,
    setEngineStopping: (stopping) => {
      isEngineStopping = stopping;
      sockets?.containers.setEngineStopping(stopping);
    },
    holdSockets: async () => {
      await sockets?.holdOpening();
    },
    resumeSockets: () => {
      sockets?.resumeOpening();
    },
    retire: async () => {
      settings.stopRecording();
      sockets?.retire();
      sharing?.close();
      const ended = listeners.retire();
      await metrics?.close();
      return { ended };
    },
    close: async (graceMs = 5000) => {
      await Promise.all([sockets?.close(graceMs), listeners.closeClients(graceMs)]);
      await metrics?.close();
      closeFacts();
      sharing?.close();
      locks?.closeWhenUnused();
      await audit.flush();
    },
  });
}

function openImageTrust(
  options: GatewayOptions,
  {
    settings,
    facts,
    counters,
    log,
    isEngineStopping,
  }: Pick<GatekeeperParts, 'settings' | 'facts' | 'counters' | 'log'> & {
    readonly isEngineStopping: () => boolean;
  },
): ImageTrust {
  const trust =
    options.imageTrust ??
    createImageTrust({
      facts,
      stateDirectory: options.stateDirectory ?? null,
      log,
      // With ECI off no registry is queried about the list. The engine's registry configuration is queried.
      refresh: () => {
        const { eci, socket } = settings.current().settings;
        return eci.value && !isEngineStopping() ? socket : null;
      },
    });
  return countedTrust(counters, trust);
}

/**
 * Opens the sockets of containers, the records of sharing users and the locks. Null without a state
 * directory.
 */
function openContainerParts(
  options: GatewayOptions,
  {
    settings,
    facts,
    imageTrust,
    listen,
    log,
  }: Pick<GatekeeperParts, 'settings' | 'facts' | 'log'> & {
    readonly imageTrust: ImageTrust;
    readonly listen: Gateway['listenOn'];
  },
): Result<Pick<GatekeeperParts, 'sockets' | 'sharing' | 'locks'>, AppError> {
  const stateDirectory = options.stateDirectory ?? null;
  if (stateDirectory === null) return ok({ sockets: null, sharing: null, locks: null });
  const sockets = openSocketMounts({
    stateDirectory,
    engineSocket: options.engineSocket,
    facts,
    trust: imageTrust,
    settings: () => settings.current().settings.socket,
    listen,
    listenerStore: options.listenerStore ?? noListenerStore,
    log,
  });
  if (!sockets.ok) return sockets;
  const sharing = openSharingUsers(stateDirectory, sockets.value.containers, log);
  if (!sharing.ok) return sharing;
  const locks = openLocks(locksFile(options.runDirectory ?? stateDirectory));
  return locks.ok ? ok({ sockets: sockets.value, sharing: sharing.value, locks: locks.value }) : locks;
}

/** Errors: `engine.start-failed` when the file can't be opened, or not be locked. */
function openLocks(file: string): Result<FileLocks, AppError> {
  try {
    return ok(new FileLocks(file));
  } catch (error) {
    return fail('engine.start-failed', message('gateway.locks-file-unusable', { file }), {
      cause: error,
      hint: message('gateway.check-directory-rights'),
    });
  }
}

/** The gateway's listeners, with their common gatekeeper and connection limits. */
async function createListeners(options: GatewayOptions, parts: GatekeeperParts): Promise<GatewayListeners> {
  const { settings, counters, sockets, log } = parts;
  const gatekeeper = await composeGatekeeper(options, parts);
  const admission = await openAdmission({
    mounts: sockets?.mounts ?? null,
    counters,
    log,
    text: (denial) => refusalText(denial, loadedTranslator(settings.current().settings.language)),
    ...(options.connectionLimits === undefined ? {} : { limits: options.connectionLimits }),
  });
  return new GatewayListeners({
    engineSocket: options.engineSocket,
    decide: gatekeeper,
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
}
