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
import { engineToAsk } from './engine-to-ask.ts';
import { refusalSentence } from '../../shared/audit/decision-text.ts';
import { referenceTo } from '../../shared/messages/message.ts';

/** A registry that does not answer must not hold a plan up, ms. */
const timeoutMs = 10_000;
/** Containers decided at the same time. */
const atOnce = 16;

/**
 * What the gateway will refuse of recreations: every create request, and what connects the new container to
 * its networks, decided by the gateway's own code as for the user who asks; the engine is read, and nothing
 * else. Starting a container is decided by what it mounts and runs with, which its create request said a
 * moment before. Where this process sees less than the gateway would, it takes nothing for refused.
 */
export async function refusedRecreations({
  settings,
  paths,
  requested,
}: RecreatePolicyInput): Promise<ReadonlyMap<string, readonly RecreateRefusal[]>> {
  const refused = new Map<string, readonly RecreateRefusal[]>();
  // Audit mode refuses nothing.
  if (!settings.eci.value || settings.mode === 'audit' || requested.length === 0) return refused;
  const engineSocket = await engineToAsk(paths);
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
  const limit = pLimit(atOnce);
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
          for (const { target, body } of requestsOf(one)) await ask(decide, target, body, one.user);
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
  const { rule, message } = finding;
  const sentence = refusalSentence(finding);
  return { rule, message, ...(sentence === null ? {} : { sentence: referenceTo(sentence) }) };
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

/** As they are sent when it comes to it. */
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

async function ask(
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
 * Whether a refusal would be the gateway's as well, which is root's and sees everything. Another user may not
 * look into every directory, has logins to registries of his own, and is not told who had a container made:
 * its maker's home may be shared where his is not.
 */
async function refusalFilter(
  { user }: RequestedRecreation,
  settings: EffectiveSettings,
): Promise<(finding: Finding) => boolean> {
  if (process.getuid?.() === 0) return () => true;
  const above = path.dirname((await homeOf(user.uid)) ?? '/');
  const homes = above === '/' ? '/home' : above;
  return ({ rule, message, setting, subject }) => {
    switch (rule) {
      case 'bind-unresolvable':
        return !/\((?:EACCES|EPERM)\)/.test(message);
      case 'socket-mount':
        return setting !== null || subject?.image === undefined;
      case 'bind-not-shared':
        return subject?.path === undefined || !sharesHome(settings) || !isInside(subject.path, homes);
      default:
        return true;
    }
  };
}
