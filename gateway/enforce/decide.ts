import type { Gatekeeper, GatewayRequest, Handling, Verdict } from '../http/exchange.ts';
import { versionKnown } from '../routes/match.ts';
import type { Route } from '../routes/table.ts';
import type { DecisionLog } from '../audit/decision-log.ts';
import type { SettingsWatch } from '../settings-watch.ts';
import { deny, refusalText, ruleText, type Denial } from '../../shared/policy/decision.ts';
import { EngineUnreachable, type EngineFacts } from './engine-facts.ts';
import { loadDenial } from '../../shared/policy/load.ts';
import { takeGrpcOver } from './builds.ts';
import { inspections, type Inspected, type InspectionContext } from './inspections.ts';

export interface GatekeeperOptions {
  readonly settings: SettingsWatch;
  readonly audit: DecisionLog;
  readonly facts: EngineFacts;
  readonly runtime: string;
  readonly requireUserNamespace: boolean;
  readonly engineDirectories: readonly string[];
  readonly engineSockets: readonly string[];
}

/** Longest body of an endpoint that creates or changes things; and of one that takes none. */
const maxJsonBytes = 4 * 1024 * 1024;
const maxDroppedBytes = 64 * 1024;
/** Bodies that Go merges into the request's parameters. */
const formTypes = new Set(['application/x-www-form-urlencoded', 'multipart/form-data']);
const nothing = Buffer.alloc(0);
const forward: Verdict = { kind: 'forward' };

/** Decides requests by the policy in force. ECI off: everything passes as it is, but for a blocked `docker load`. */
export function createGatekeeper(options: GatekeeperOptions): Gatekeeper {
  return (request) => {
    const route = request.match?.route ?? null;
    // Requests that are looked at see the file as it is now; the rest is the same under every policy that has ECI on.
    const { settings } = options.settings.current(route === null || route.inspect !== 'none');
    const context: InspectionContext = { ...options, settings, request };

    if (!settings.eci.value) {
      if (route?.inspect === 'load-images' && settings.blockDockerLoad.value) return refuse(context, loadDenial);
      return forward;
    }
    if (request.match === null || route === null || !versionKnown(request.target.version)) {
      return refuse(context, deny('unknown-endpoint', `${request.head.method} ${request.target.path}`));
    }
    if (formTypes.has(request.head.contentType) && request.head.body.kind !== 'none' && !emptyBody(request)) {
      return refuse(context, deny('form-body', 'a form body'));
    }
    const always = refusedAlways(route);
    if (always !== null) return refuse(context, always);
    switch (route.body) {
      case 'json':
        return { kind: 'read-body', limit: maxJsonBytes, decide: (body) => inspect(context, route, body) };
      case 'dropped':
        if (request.head.body.kind === 'none' || emptyBody(request)) return inspect(context, route, null);
        return {
          kind: 'read-body', limit: maxDroppedBytes,
          decide: async (_body) => withoutBody(await inspect(context, route, null)),
        };
      case 'raw':
        return inspect(context, route, null);
    }
  };
}

const emptyBody = (request: GatewayRequest) => request.head.body.kind === 'length' && request.head.body.bytes === 0;

function withoutBody(verdict: Verdict): Verdict {
  return verdict.kind === 'forward' ? { ...verdict, body: nothing } : verdict;
}

function inspect(context: InspectionContext, route: Route, body: Buffer | null): Verdict | Promise<Verdict> {
  if (route.inspect === 'none') return forward;
  if (route.inspect === 'grpc') return { kind: 'forward', takeOver: takeGrpcOver((call, denial) => refuse(context, denial, { call }).message) };
  return inspections(route.inspect, context, body).then(
    (result) => conclude(context, result),
    (error: unknown) => {
      if (!(error instanceof EngineUnreachable)) throw error;
      return { kind: 'refuse', status: 503, message: `bulkhead gateway: the Docker engine could not be asked (${error.message}); try again when the engine is up` };
    },
  );
}

function conclude(context: InspectionContext, result: Inspected): Verdict {
  switch (result.kind) {
    case 'denied': return refuse(context, result.denial, result);
    case 'missing': return { kind: 'refuse', status: 404, message: `No such ${result.what}: ${result.name}` };
    case 'passed':
      if (result.changes.length > 0 || result.warning !== undefined) {
        log(context, {
          outcome: result.warning === undefined ? 'rewrite' : 'allow', rule: result.warning?.rule ?? result.changes[0]?.rule ?? 'runtime-forced', setting: result.warning?.setting ?? null,
          message: result.warning === undefined
            ? result.changes.map((change) => `${change.field}: "${change.before}" became "${change.after}" (${ruleText(change.rule)})`).join('; ')
            : `let pass with a warning: ${refusalText(result.warning)}`,
          container: result.container, image: result.image,
        });
      }
      return { kind: 'forward', ...(result.target === undefined ? {} : { target: result.target }), ...(result.body === undefined ? {} : { body: result.body }) };
  }
}

function refuse(context: InspectionContext, denial: Denial, about: { container?: string | undefined; image?: string | undefined; call?: string } = {}): Extract<Handling, { kind: 'refuse' }> {
  const message = refusalText(denial);
  log(context, { outcome: 'deny', rule: denial.rule, setting: denial.setting, message, container: about.container, image: about.image }, about.call);
  return { kind: 'refuse', status: 403, message };
}

function log(context: InspectionContext, entry: Pick<Parameters<DecisionLog['write']>[0], 'outcome' | 'rule' | 'setting' | 'message' | 'container' | 'image'>, call = ''): void {
  const peer = context.request.peer();
  const target = context.request.head.target + call;
  context.audit.write({
    ...entry, client: { uid: peer?.uid ?? null, pid: peer?.pid ?? null }, method: context.request.head.method,
    target: target.length > 512 ? `${target.slice(0, 512)}…` : target,
  });
}

function refusedAlways(route: Route): Denial | null {
  const name = route.commands[0] === undefined ? `${route.method} ${route.pattern}` : `docker ${route.commands[0]}`;
  switch (route.inspect) {
    case 'refused-swarm': return deny('swarm', name);
    case 'refused-plugin': return deny('plugin', name);
    case 'refused-checkpoint': return deny('checkpoint', name);
    case 'refused-debug': return deny('debug', `${route.method} ${route.pattern}`);
    case 'refused-removed': return deny('removed-endpoint', `${route.method} ${route.pattern}`);
    default: return null;
  }
}
