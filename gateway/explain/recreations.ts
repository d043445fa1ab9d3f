import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { ExplainedRequest, Finding } from '../../shared/explain/explanation.ts';
import type {
  RequestedRecreation,
  RecreatePolicyInput,
  RecreateRefusal,
} from '../../shared/containers/recreate-policy.ts';
import { chosenBackend, runtimeNameOf } from '../../shared/isolation/backends.ts';
import { isInside } from '../../shared/policy/bind-source.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { sharesHome } from '../enforce/bind-sources.ts';
import { homeOf } from '../enforce/home-directory.ts';
import { createEngineFacts } from '../engine-api/create-engine-facts.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { Gatekeeper, GatewayRequest } from '../http/exchange.ts';
import { parseTarget } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import { createImageTrust } from '../trust/create-image-trust.ts';
import { dryGatekeeper } from './dry-gatekeeper.ts';
import { findReachableEngine } from './reachable-engine.ts';
import { refusalSentence } from '../../shared/audit/decision-text.ts';
import type { MessageId } from '../../shared/messages/catalogue/index.ts';
import { referenceTo, type MessageReference } from '../../shared/messages/message.ts';

/** How long a plan waits for registries, ms. */
const timeoutMs = 10_000;
/** Containers decided at the same time. */
const maxConcurrentDecisions = 16;

/**
 * The refusals that recreations will get: their create requests, and the requests that connect the new
 * containers to networks, are decided by the gateway's own code as requests of that user; the engine is only
 * read. A start needs no decision here: it depends on the mounts and the runtime of the create request. Where
 * this process sees less than the gateway would, a refusal does not count.
 */
export async function refusedRecreations({
  settings,
  paths,
  requested,
}: RecreatePolicyInput): Promise<ReadonlyMap<string, readonly RecreateRefusal[]>> {
  const refused = new Map<string, readonly RecreateRefusal[]>();
  // Audit mode refuses nothing.
  if (!settings.eci.value || settings.mode === 'audit' || requested.length === 0) return refused;
  const engineSocket = await findReachableEngine(paths);
  if (engineSocket === null) return refused;
  const facts = createEngineFacts(engineSocket);
  const trust = createImageTrust({ facts, stateDirectory: paths.root, readOnly: true });
  const ended = new AbortController();
  const gateway = {
    settings,
    clientSocket: paths.clientSocket,
    engineSockets: [paths.engineSocket, paths.clientSocket],
    engineDirectories: paths.directories,
    stateDirectory: paths.root,
  };
  const recreatedFacts = asIfRecreated(facts, requested, runtimeNameOf(chosenBackend(settings.backend)));
  const limit = pLimit(maxConcurrentDecisions);
  try {
    const each = Promise.all(
      requested.map((one) =>
        limit(async () => {
          const decided: ExplainedRequest[] = [];
          // One for each: a registry query for one does not delay the others.
          const decide = dryGatekeeper(
            gateway,
            { facts: recreatedFacts, trust, parts: 'of-denied' },
            (request) => {
              decided.push(request);
            },
          );
          for (const { target, body } of requestsOf(one)) await submitRequest(decide, target, body, one.user);
          const isAuthoritative = await refusalFilter(one, settings);
          const refusals = decided
            .flatMap(({ findings }) =>
              findings.filter((finding) => finding.outcome === 'deny' && isAuthoritative(finding)),
            )
            .map(refusalOf);
          if (refusals.length > 0)
            refused.set(one.id, [...new Map(refusals.map((refusal) => [refusal.message, refusal])).values()]);
        }),
      ),
    );
    await Promise.race([each, sleep(timeoutMs, undefined, { signal: ended.signal, ref: false })]);
    return new Map(refused);
  } finally {
    ended.abort();
    limit.clearQueue();
    trust.close();
    facts.close();
  }
}

function refusalOf(finding: Finding): RecreateRefusal {
  const { rule, message, setting } = finding;
  const sentence = refusalSentence(finding);
  return { rule, message, setting, ...(sentence === null ? {} : { sentence: referenceTo(sentence) }) };
}

/**
 * The containers that are recreated, as they will be: the new ones run with the isolation runtime, so that
 * others may join them.
 */
function asIfRecreated(
  facts: EngineFacts,
  requested: readonly RequestedRecreation[],
  runtime: string,
): EngineFacts {
  const ids = new Set(requested.map(({ id }) => id));
  return {
    ...facts,
    container: async (reference) => {
      const found = await facts.container(reference);
      return found !== null && ids.has(found.id) ? { ...found, runtime, running: false, pid: 0 } : found;
    },
  };
}

/** The requests that the recreation will send. */
function requestsOf({
  name,
  body,
  connected,
}: RequestedRecreation): { readonly target: string; readonly body: object }[] {
  const temporary = `${name}-under-eci`;
  return [
    { target: `/containers/create?name=${encodeURIComponent(temporary)}`, body },
    ...connected.map((network) => ({
      target: `/networks/${encodeURIComponent(network.name)}/connect`,
      body: { Container: temporary, EndpointConfig: network.endpoint },
    })),
  ];
}

async function submitRequest(
  decide: Gatekeeper,
  target: string,
  body: object,
  user: RequestedRecreation['user'],
): Promise<void> {
  const parsed = parseTarget(target);
  if (!parsed.ok) return;
  const bytes = Buffer.from(JSON.stringify(body), 'utf8');
  const request: GatewayRequest = {
    head: {
      method: 'POST',
      target,
      host: 'docker',
      fields: [],
      body: { kind: 'length', bytes: bytes.length },
      close: false,
      upgrade: null,
      expectContinue: false,
      contentType: 'application/json',
    },
    target: parsed.target,
    match: matchRoute('POST', parsed.target.path),
    peer: () => ({ pid: process.pid, uid: user.uid, gid: user.gid }),
    origin: { kind: 'clients' },
  };
  const handling = await decide(request);
  if (handling.kind === 'read-body') await handling.decide(bytes);
}

/**
 * Whether the gateway, which runs as root, would refuse as well. Another user may not read every directory,
 * has logins to registries of their own, and does not know who created a container: its creator's home may be
 * shared where theirs is not.
 */
async function refusalFilter(
  { user }: RequestedRecreation,
  settings: EffectiveSettings,
): Promise<(finding: Finding) => boolean> {
  if (process.getuid?.() === 0) return () => true;
  const above = path.dirname((await homeOf(user.uid)) ?? '/');
  const homes = above === '/' ? '/home' : above;
  return ({ rule, sentences, setting, subject }) => {
    switch (rule) {
      case 'bind-unresolvable':
        return !isForRootOnly(sentences?.detail);
      case 'socket-mount':
        return setting !== null || subject?.image === undefined;
      case 'bind-not-shared':
        return subject?.path === undefined || !sharesHome(settings) || !isInside(subject.path, homes);
      default:
        return true;
    }
  };
}

/** Whether a path could not be examined for lack of rights. */
const isForRootOnly = (problem: MessageReference | undefined): boolean =>
  problem?.id === ('gateway.path-not-examined-because' satisfies MessageId) &&
  ['EACCES', 'EPERM'].includes(String(problem.params?.['code']));
