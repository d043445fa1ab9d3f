import type { ClientHttp2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { deny, refusalText, type Denial } from '../../shared/policy/decision.ts';
import { message } from '../../shared/messages/message.ts';
import { foreignBuildDenial, type Budget, type CallPolicy } from './call-policy.ts';
import { InspectedRequest } from './inspected-request.ts';
import { buildOf, engineHeaders, grpcStatus, sessionIdOf } from './metadata.ts';
import { isForBuild, isForProgress, methodHandling, opensSession } from './methods.ts';
import { abandon, engineClosed, refuse } from './refuse.ts';
import type { RefusedBuilds } from './refused-builds.ts';
import { relayResponse } from './relay-response.ts';
import type { Retirement } from './retirement.ts';
import { runsInEngine } from './running-builds.ts';
import type { OwnBuilds } from './started-builds.ts';

/** What the calls of a connection have in common. */
export interface CallConnection {
  /** Of the engine. */
  readonly upstream: ClientHttp2Session;
  readonly policy: CallPolicy;
  readonly budget: Budget;
  readonly builds: OwnBuilds;
  readonly refusedBuilds: RefusedBuilds;
  readonly retirement: Retirement;
}

/** Decides one call and relays it. */
export function relayCall(
  client: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  { upstream, policy, budget, builds, refusedBuilds, retirement }: CallConnection,
): void {
  client.on('error', () => undefined);
  const path = headers[':path'] ?? '';
  if (!beginCall(client, path, policy)) return;
  if (
    headers[':method'] !== 'POST' ||
    !/^application\/grpc(?:\+proto)?$/.test(headers['content-type'] ?? '')
  ) {
    client.respond({ ':status': 415, 'content-type': 'text/plain' }, { endStream: true });
    abandon(client);
    return;
  }
  const handling = methodHandling(path);
  for (const denial of [policy.forbids?.(path) ?? null, handling === null ? unknownMethod(path) : null]) {
    const text = denial === null ? null : policy.deny(path, denial);
    if (text === null) continue;
    refuse(client, grpcStatus.permissionDenied, text);
    return;
  }
  const sharedKeySuffix = opensSession(path) ? (policy.sharedKeySuffix ?? null) : null;
  if (opensSession(path) && !beginSession(client, path, sessionIdOf(rawHeaders), policy)) return;
  const open = () => {
    if (upstream.closed || upstream.destroyed || client.closed) return null;
    try {
      const engine = upstream.request(engineHeaders(path, rawHeaders, sharedKeySuffix), { endStream: false });
      relayResponse(client, engine);
      return engine;
    } catch {
      // A value that HTTP/2 does not allow, or a session that has just ended.
      return null;
    }
  };
  const build = isForBuild(path) ? buildOf(rawHeaders) : null;
  const token = () => (build !== null && policy.marksProcesses?.() === true ? builds.token(build) : null);
  const relayRequest = () => {
    if (handling !== null && handling !== 'raw') {
      const begun = () => {
        retirement.begin(client);
      };
      new InspectedRequest({
        client,
        open,
        path,
        kind: handling,
        policy,
        budget,
        builds,
        refusedBuilds,
        runsInEngine: (ref) => runsInEngine(upstream, ref),
        token,
        begun,
      }).start();
      return;
    }
    const engine = open();
    if (engine === null) {
      refuse(client, grpcStatus.unavailable, engineClosed);
      return;
    }
    if (isForProgress(path)) refusedBuilds.watchProgress(client);
    client.pipe(engine);
  };
  if (build === null) relayRequest();
  else relayForBuild(client, path, build, { policy, builds, refusedBuilds }, relayRequest);
}

/** Relays a call once the connection has started its build; refuses a call for a build of another one. */
function relayForBuild(
  client: ServerHttp2Stream,
  path: string,
  build: string,
  { policy, builds, refusedBuilds }: Pick<CallConnection, 'policy' | 'builds' | 'refusedBuilds'>,
  relayRequest: () => void,
): void {
  let isRefused = false;
  const forget = refusedBuilds.whenRefused(build, (text) => {
    isRefused = true;
    refuse(client, grpcStatus.permissionDenied, text);
  });
  if (forget === null) return;
  void builds.isStarted(build).then((started) => {
    forget();
    if (isRefused || client.destroyed || client.closed) return;
    const text = started ? null : policy.deny(path, foreignBuildDenial(build));
    if (text === null) relayRequest();
    else refuse(client, grpcStatus.permissionDenied, text);
  });
}

/** Counts the call among its user's until it ends; false: there are too many, and it was refused. */
function beginCall(client: ServerHttp2Stream, path: string, policy: CallPolicy): boolean {
  const overLimit = policy.slot?.beginCall() ?? null;
  if (overLimit !== null) {
    refuse(client, grpcStatus.resourceExhausted, policy.deny(path, overLimit) ?? refusalText(overLimit));
    return false;
  }
  client.once('close', () => {
    policy.slot?.endCall();
  });
  return true;
}

/** Records a session until the call ends; false: another user has one with that id, and it was refused. */
function beginSession(client: ServerHttp2Stream, path: string, id: string, policy: CallPolicy): boolean {
  const opened = policy.openSession?.(id) ?? null;
  if (typeof opened === 'function') client.once('close', opened);
  else if (opened !== null) {
    const text = policy.deny(path, opened);
    if (text !== null) {
      refuse(client, grpcStatus.permissionDenied, text);
      return false;
    }
  }
  return true;
}

const unknownMethod = (path: string): Denial =>
  deny(
    'grpc-method',
    message('gateway.build-call', { call: path.length > 200 ? `${path.slice(0, 200)}…` : path }),
  );
