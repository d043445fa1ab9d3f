import type { GatekeeperOptions } from './gatekeeper-options.ts';
import { countParsedBytes } from '../base/garbage-collection.ts';
import type { Gatekeeper, GatewayRequest, GatekeeperResult, Verdict } from '../http/exchange.ts';
import { matchRoute, isSupportedVersion } from '../routes/match.ts';
import type { Route } from '../routes/route.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { backendCapabilities, chosenBackend, runtimeNameOf } from '../../shared/isolation/backends.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { pageNotFound, versionTooOld, type EngineError } from '../../shared/policy/engine-errors.ts';
import { EngineUnreachable, engineUnreachableRefusal } from '../engine-api/engine-facts.ts';
import { TooManyWaiting } from '../turns/fair-share.ts';
import { callerName, largeBodyBytes, createTurns, type Turns } from '../turns/turns.ts';
import { loadDenial } from '../../shared/policy/load.ts';
import { foreignSessionDenial, type CallPolicy } from '../grpc/call-policy.ts';
import { OpenSessions, sharedKeySuffix } from '../grpc/open-sessions.ts';
import { StartedBuilds } from '../grpc/started-builds.ts';
import { AuditedCreates } from './audited-creates.ts';
import { grpcUpgradeHandler, isOfDefaultRuntime } from './builds.ts';
import { forwardedSession, sessionUser } from './build-sessions.ts';
import { EngineReloadWait } from './engine-reload-wait.ts';
import { RunsInFlight } from './runs-in-flight.ts';
import { VolumeUses } from './volume-uses.ts';
import { callDenial, commandDenial, isDenial, socketClient } from './socket-client.ts';
import { isRestricted, inspectRequest, showsEnvironment } from './restrictions.ts';
import { message } from '../../shared/messages/message.ts';
import {
  conclude,
  denied,
  deniedCall,
  overLimitVerdict,
  recordLateDenial,
  wouldDeny,
  type DecisionContext,
} from './verdicts.ts';

type Options = GatekeeperOptions & {
  readonly turns: Turns;
  readonly runsInFlight: RunsInFlight;
  readonly auditedCreates: AuditedCreates;
  readonly volumeUses: VolumeUses;
  readonly builds: StartedBuilds;
  readonly sessions: OpenSessions;
  readonly engineReload: EngineReloadWait;
};

/**
 * Longest body of an endpoint that creates or changes things, and of one that takes none. `docker create -p
 * 1-65535:1-65535` has 4.3 MB.
 */
const maxJsonBytes = 6 * 1024 * 1024;
const maxDroppedBytes = 64 * 1024;
/** Bodies that Go merges into the request's parameters. */
const formTypes = new Set(['application/x-www-form-urlencoded', 'multipart/form-data']);
const withoutBody: Extract<Verdict, { kind: 'forward' }> = { kind: 'forward', body: Buffer.alloc(0) };
const forward: Extract<Verdict, { kind: 'forward' }> = { kind: 'forward' };

/**
 * Decides requests by the policy in force. With ECI off everything is forwarded unchanged, except a blocked
 * `docker load`; calls on connections for builds, which may outlast that, are still decided. In audit mode
 * denials are logged and the request is forwarded.
 */
export function createGatekeeper(gatekeeperOptions: GatekeeperOptions): Gatekeeper {
  const options = withDefaults(gatekeeperOptions);
  return (request) => {
    const route = request.match?.route ?? null;
    // Inspected requests are decided under the settings file's current content; others are decided alike
    // under every policy that has ECI on.
    const { settings, generation } = options.settings.current(
      route === null ||
        route.inspect !== 'none' ||
        request.origin.kind !== 'clients' ||
        showsEnvironment(route),
    );
    options.runsInFlight.observe(settings.eci.value);
    const contextFor = (requestBody: Buffer | null) =>
      decisionContext(options, { settings, generation }, request, requestBody);

    if (!settings.eci.value) {
      const decide = () => decideWithoutEci(request, route, options, contextFor);
      const { layerGuard } = options;
      return layerGuard?.mayBeMounted === true ? layerGuard.release().then(decide) : decide();
    }
    if (request.origin.kind === 'socket-mount' && options.sockets) {
      const continueWith = (denial: Denial | null) => {
        if (denial !== null && settings.mode !== 'audit') return denied(contextFor(null), denial);
        if (denial !== null) wouldDeny(contextFor(null), denial);
        return admittedRequest(options, settings, route, request, contextFor);
      };
      const admitted = options.sockets.admission.admit(request.origin.id, settings.socket);
      return admitted instanceof Promise
        ? refuseIfUnreachable(options, route, admitted.then(continueWith))
        : continueWith(admitted);
    }
    return admittedRequest(options, settings, route, request, contextFor);
  };
}

/** While ECI is off: everything is forwarded, except a blocked `docker load`. */
function decideWithoutEci(
  request: GatewayRequest,
  route: Route | null,
  options: Options,
  contextFor: (requestBody: null) => DecisionContext,
): Verdict | Promise<Verdict> {
  const context = contextFor(null);
  if (route?.inspect === 'load-images' && context.context.settings.blockDockerLoad.value)
    return denied(context, loadDenial);
  options.counters?.countRequest(route, 'allow');
  if (route?.inspect !== 'grpc') return forward;
  // Counted for when ECI comes on; the limit is enforced then only.
  request.slot?.beginBuilds();
  return { ...forward, upgradeHandler: grpcHandler(context, options) };
}

/**
 * Records denials of copies, whose files are inspected after the request's decision. They hold in audit mode,
 * too. Returns the text for the client.
 */
export function denialRecorder(
  gatekeeperOptions: GatekeeperOptions,
): (request: GatewayRequest, denial: Denial, container: string) => string {
  const options = withDefaults(gatekeeperOptions);
  return (request, denial, container) =>
    recordLateDenial(decisionContext(options, options.settings.current(false), request, null), denial, {
      container,
    });
}

const withDefaults = (options: GatekeeperOptions): Options => ({
  ...options,
  turns: options.turns ?? createTurns(),
  runsInFlight: new RunsInFlight(),
  auditedCreates: new AuditedCreates(),
  volumeUses: options.volumeUses ?? new VolumeUses(null),
  builds: options.builds ?? new StartedBuilds(null),
  sessions: options.sessions ?? new OpenSessions(null),
  engineReload: new EngineReloadWait(options.facts),
});

function decisionContext(
  options: Options,
  { settings, generation }: { readonly settings: EffectiveSettings; readonly generation: number },
  request: GatewayRequest,
  requestBody: Buffer | null,
): DecisionContext {
  // Resolved each time: admission may have renewed the mount.
  const client = socketClient(request, options.socketMounts ?? null, settings);
  return {
    context: {
      ...options,
      runtime: options.runtime ?? runtimeNameOf(chosenBackend(settings.backend)),
      settings,
      request,
      client: isDenial(client) ? null : client,
    },
    generation,
    startedAt: performance.now(),
    requestBody,
  };
}

/** Decides a request whose socket its caller may use. */
function admittedRequest(
  options: Options,
  settings: EffectiveSettings,
  route: Route | null,
  request: GatewayRequest,
  contextFor: (requestBody: Buffer | null) => DecisionContext,
): GatekeeperResult | Promise<GatekeeperResult> {
  const oldVersion = tooOldVersion(request);
  if (oldVersion !== null)
    return inTurn(request, options, null, () => refuseVersion(contextFor(null), oldVersion));
  if (request.match === null || route === null)
    return denied(contextFor(null), unknownEndpoint(request), {
      // No engine takes other versions of the path for the API.
      ...(/^\/v[0-9.]+\//.test(request.target.path) ? {} : { clientResponse: pageNotFound }),
    });
  if (formTypes.has(request.head.contentType) && request.head.body.kind !== 'none' && !emptyBody(request)) {
    return denied(contextFor(null), deny('form-body', message('gateway.form-body')));
  }
  const unconditional = unconditionalDenial(route);
  if (unconditional !== null) return denied(contextFor(null), unconditional);
  const client = socketClient(request, options.socketMounts ?? null, settings);
  const command = isDenial(client)
    ? client
    : client === null
      ? null
      : commandDenial(client, route, request.target);
  if (command !== null) return denied(contextFor(null), command);
  switch (route.body) {
    case 'json':
      return {
        kind: 'read-body',
        limit: maxJsonBytes,
        decide: (body) => inspect(contextFor(body), options, route, body),
        turn: {
          over: largeBodyBytes,
          take: (displaced) =>
            options.turns.largeBodies
              .acquire(callerName(request), displaced, request.clientGone?.())
              .catch(queueFullRefusal),
        },
      };
    case 'dropped':
      if (request.head.body.kind !== 'none' && !emptyBody(request))
        return {
          kind: 'read-body',
          limit: maxDroppedBytes,
          decide: (body) => inspect(contextFor(body), options, route, null),
        };
      break;
    case 'raw':
  }
  if (
    route.inspect !== 'none' ||
    isRestricted(client === null || isDenial(client) ? null : client, settings, route)
  )
    return inspect(contextFor(null), options, route, null);
  options.counters?.countRequest(route, 'allow');
  return forward;
}

/** The API version of a request, where it is older than any supported; else null. */
function tooOldVersion({ target, head, match }: GatewayRequest): string | null {
  if (target.version !== null)
    return match === null || isSupportedVersion(target.version) ? null : target.version;
  const [prefix, version = ''] = /^\/v(0\.[0-9]|1\.[0-9])(?=\/)/.exec(target.path) ?? [];
  return prefix !== undefined && matchRoute(head.method, target.path.slice(prefix.length)) !== null
    ? version
    : null;
}

const unknownEndpoint = ({ head, target }: GatewayRequest, engineError?: EngineError): Denial =>
  deny('unknown-endpoint', `${head.method} ${target.path}`, engineError === undefined ? {} : { engineError });

/**
 * Refuses a request whose API version is too old, with the engine's error for that version: its minimum can
 * be configured, and newer engines respond in plain text. The engine gets a ping, not the request.
 */
async function refuseVersion(decision: DecisionContext, version: string): Promise<Verdict> {
  const { facts, request } = decision.context;
  const pinged = await facts.ping(version).catch(() => null);
  return denied(decision, unknownEndpoint(request, pinged?.versionError ?? versionTooOld(version)));
}

/** Turns an unreachable engine into a refusal that says so. */
function refuseIfUnreachable<T>(
  options: Options,
  route: Route | null,
  decided: Promise<T>,
): Promise<T | Extract<Verdict, { kind: 'refuse' }>> {
  return decided.catch((error: unknown) => {
    if (!(error instanceof EngineUnreachable)) throw error;
    if (options.counters !== undefined) {
      options.counters.countRequest(route, 'unreachable');
      options.counters.engineUnreachable++;
    }
    return { kind: 'refuse', ...engineUnreachableRefusal(error) };
  });
}

const emptyBody = (request: GatewayRequest) =>
  request.head.body.kind === 'length' && request.head.body.bytes === 0;

/**
 * The policy for the calls of a connection for builds. Each is decided by the settings in force at that time,
 * which may have turned ECI on or off since.
 */
function callPolicy(decision: DecisionContext, options: Options): CallPolicy {
  const { request } = decision.context;
  const isOn = () => options.settings.current().settings.eci.value;
  const mode = () => options.settings.current().settings.mode;
  return {
    deny: (call, denial) => (isOn() ? deniedCall(decision, mode(), call, denial) : null),
    forbids: (call) => {
      const { settings } = options.settings.current(true);
      if (!settings.eci.value) return null;
      const client = socketClient(request, options.socketMounts ?? null, settings);
      return client === null || isDenial(client) ? client : callDenial(client, call);
    },
    enforces: () => isOn() && mode() !== 'audit',
    // The planner removes the tokens again, from the build processes that it isolates.
    marksProcesses: () => isOn() && hasPlanner(options),
    turn: (signal, displaced) => options.turns.largeMessages.acquire(callerName(request), displaced, signal),
    sharedKeySuffix: sharedKeySuffix(sessionUser(request)),
    openSession: (id) => options.sessions.open(id, sessionUser(request)) ?? foreignSessionDenial(id),
    slot: request.slot ?? null,
  };
}

function hasPlanner({ sharing, settings }: Options): boolean {
  const { needsPlanner } = backendCapabilities[chosenBackend(settings.current().settings.backend)];
  return (sharing ?? null) !== null && needsPlanner;
}

const grpcHandler = (decision: DecisionContext, options: Options) =>
  grpcUpgradeHandler(callPolicy(decision, options), options.builds);

/** Inspects a request. `body`: null where the endpoint takes none, whatever was sent. */
function inspect(
  decision: DecisionContext,
  options: Options,
  route: Route,
  body: Buffer | null,
): Verdict | Promise<Verdict> {
  const { client, settings } = decision.context;
  const isBuildConnection = route.inspect === 'grpc' || route.inspect === 'session';
  if (isBuildConnection || (route.inspect === 'none' && !isRestricted(client, settings, route))) {
    const overLimit =
      route.inspect === 'grpc' ? (decision.context.request.slot?.beginBuilds() ?? null) : null;
    if (overLimit !== null) return overLimitVerdict(decision, overLimit);
    options.counters?.countRequest(route, 'allow');
    const verdict = decision.requestBody === null ? forward : withoutBody;
    if (route.inspect === 'none') return verdict;
    if (route.inspect === 'session')
      return { ...verdict, ...forwardedSession(decision.context.request, options.sessions) };
    return { ...verdict, upgradeHandler: grpcHandler(decision, options) };
  }
  return refuseIfUnreachable(options, route, inspectInTurn(decision, options, route, body));
}

/** A build that the engine's default runtime would not isolate waits for a reload, without a turn. */
async function inspectInTurn(
  decision: DecisionContext,
  options: Options,
  route: Route,
  body: Buffer | null,
): Promise<Verdict> {
  const { request, settings } = decision.context;
  const inspection = () => inspectRequest(decision.context, route, body);
  const first = await inTurn(request, options, body, async () => {
    const result = await inspection();
    const waits = settings.mode !== 'audit' && result.kind === 'denied' && isOfDefaultRuntime(result.denial);
    return waits ? ('awaits-reload' as const) : conclude(decision, result);
  });
  if (first !== 'awaits-reload') return first;
  await options.engineReload.wait(request.clientGone?.());
  return inTurn(request, options, body, async () => conclude(decision, await inspection()));
}

/** Runs work that queries the engine and the file system in the caller's turn. */
async function inTurn<T>(
  request: GatewayRequest,
  { turns }: Options,
  body: Buffer | null,
  work: () => Promise<T>,
): Promise<T | Extract<Verdict, { kind: 'refuse' }>> {
  const large = body !== null && body.length > largeBodyBytes;
  const permit = await (large ? turns.largeDecisions : turns.requests)
    .acquire(callerName(request), request.clientGone?.())
    .catch(queueFullRefusal);
  if (typeof permit !== 'function') return permit;
  try {
    return await work();
  } finally {
    permit();
    if (large) countParsedBytes(body.length);
  }
}

/** The refusal of a caller whose queue is full, before its requests take memory. */
function queueFullRefusal(error: unknown): Extract<Verdict, { kind: 'refuse' }> {
  if (!(error instanceof TooManyWaiting)) throw error;
  return {
    kind: 'refuse',
    status: 429,
    message: `bulkhead gateway: ${error.message}; try again when some of them are answered`,
  };
}

function unconditionalDenial(route: Route): Denial | null {
  const name =
    route.commands[0] === undefined ? `${route.method} ${route.pattern}` : `docker ${route.commands[0]}`;
  switch (route.inspect) {
    case 'refused-swarm':
      return deny('swarm', name);
    case 'refused-plugin':
      return deny('plugin', name);
    case 'refused-checkpoint':
      return deny('checkpoint', name);
    case 'refused-debug':
      return deny('debug', `${route.method} ${route.pattern}`);
    case 'refused-removed':
      return deny('removed-endpoint', `${route.method} ${route.pattern}`, { engineError: pageNotFound });
    default:
      return null;
  }
}
