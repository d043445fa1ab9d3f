import { mkdtemp, rm } from 'node:fs/promises';
import { loadTranslator } from '../../shared/messages/translator.ts';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  strictest,
  type FactLookup,
  type ImageLookup,
  type ExplainedRequest,
  type Explanation,
} from '../../shared/explain/explanation.ts';
import { ok, type AppError, type Result } from '../../shared/result.ts';
import { createEngineFacts } from '../engine-api/create-engine-facts.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import { listenOn } from '../http/listener.ts';
import { createImageTrust } from '../trust/create-image-trust.ts';
import type { ImageTrust } from '../trust/image-verdict.ts';
import { absentFacts, serveAbsentEngine } from './unreachable-engine.ts';
import { mayJoinOthersContainer } from './joined-owner.ts';
import { dryGatekeeper, type GatewayContext } from './dry-gatekeeper.ts';
import { recordedFacts, recordedTrust, trustOncePulled } from './recorded-facts.ts';
import { type Message, referenceTo } from '../../shared/messages/message.ts';

/** What every dry run needs: the gateway's context, the engine to query, and its limits. */
export interface DryRunContext extends GatewayContext {
  /** Socket of the engine that facts are queried from; null: there is none. */
  readonly engineSocket: string | null;
  /** Trusts every image that requests the Docker socket, instead of querying registries. */
  readonly assumeImageTrusted?: boolean;
  readonly workingDirectory?: string;
  /** Cancels it; the result is then `apply.cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface DrySession {
  /** The socket for the client to connect to. */
  readonly socket: string;
  /** A directory of this run's own. */
  readonly directory: string;
  readonly requests: readonly ExplainedRequest[];
}

/**
 * The result of the client's run; `requests` replaces the recorded ones, where more is known about them.
 */
export interface ClientRunResult extends Pick<Explanation, 'clientOutput' | 'leftOut' | 'notes'> {
  readonly requests?: ExplainedRequest[];
}

/** A server between the client and the engine, with the facts that go with it. */
export interface EngineInterceptor {
  facts(facts: EngineFacts): EngineFacts;
  /** Whether it is a container that was created here. */
  hasContainer(reference: string): boolean;
  serve(socket: string, engineSocket: string): Promise<{ close(): Promise<void> }>;
}

/** Facts of an engine once the explained settings are applied: the isolation runtime is its default then. */
const factsOnceApplied = (engineSocket: string): EngineFacts => ({
  ...createEngineFacts(engineSocket),
  defaultRuntime: () => Promise.resolve(null),
});

/**
 * Opens a private socket behind which the gateway's own code decides, and by which only reads reach the
 * engine; calls `work` with it, and removes everything afterwards.
 */
export async function drySession(
  context: DryRunContext,
  interceptor: EngineInterceptor | null,
  work: (session: DrySession) => Promise<Result<ClientRunResult, AppError>>,
): Promise<Result<Explanation, AppError>> {
  // The client prints the responses of a gateway under these settings.
  await loadTranslator(context.settings.language);
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-explain-'));
  const missing = new Map<string, Message>();
  const requests: ExplainedRequest[] = [];
  const factRecords = new Map<string, FactLookup>();
  const images = new Map<string, ImageLookup>();
  const engineFacts =
    context.engineSocket === null
      ? absentFacts((what) => {
          missing.set(what.text, what);
        })
      : recordedFacts(factsOnceApplied(context.engineSocket), factRecords);
  const facts = interceptor === null ? engineFacts : interceptor.facts(engineFacts);
  const trust = recordedTrust(
    context.assumeImageTrusted === true
      ? assumedTrust
      : trustOncePulled(
          createImageTrust({ facts: engineFacts, stateDirectory: context.stateDirectory, readOnly: true }),
        ),
    images,
  );
  const engineSocket = context.engineSocket ?? path.join(directory, 'engine.sock');
  const absent = context.engineSocket === null ? await serveAbsentEngine(engineSocket) : null;
  const fakeServer =
    interceptor === null
      ? null
      : await interceptor.serve(path.join(directory, 'fake-engine.sock'), engineSocket);
  try {
    const decide = dryGatekeeper(
      context,
      { facts, trust, images, continueAfterDenial: interceptor !== null },
      (request) => {
        if (requests.length < maxRequests) requests.push(request);
      },
    );
    const socket = path.join(directory, 'docker.sock');
    const listener = await listenOn(
      { path: socket },
      {
        engineSocket: fakeServer === null ? engineSocket : path.join(directory, 'fake-engine.sock'),
        decide,
        origin: { kind: 'clients' },
        log: () => undefined,
        onProtocolError: () => undefined,
        group: '',
      },
    );
    if (!listener.ok) return listener;
    const result = await work({ socket, directory, requests });
    await listener.value.close(0);
    if (!result.ok) return result;
    const reported = result.value.requests ?? requests;
    return ok({
      eci: context.settings.eci.value,
      mode: context.settings.mode,
      outcome: strictest(reported.map(({ outcome }) => outcome)),
      requests: reported,
      missingFacts: [...missing.keys()],
      missingFactSentences: [...missing.values()].map(referenceTo),
      facts: [...factRecords.values()],
      images: [...images.values()],
      engine: context.engineSocket !== null,
      clientOutput: result.value.clientOutput,
      leftOut: result.value.leftOut,
      notes: notesOf(context, interceptor, { ...result.value, requests: reported }),
    });
  } finally {
    trust.close();
    facts.close();
    await fakeServer?.close();
    await absent?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The notes on a run of the client, and those on every kind of run. */
function notesOf(
  { settings, assumeImageTrusted }: DryRunContext,
  interceptor: EngineInterceptor | null,
  { requests, notes }: Pick<Explanation, 'requests' | 'notes'>,
): Explanation['notes'] {
  const isOwn = (reference: string): boolean => interceptor?.hasContainer(reference) === true;
  return [
    ...(mayJoinOthersContainer(requests, settings, isOwn) ? ['joined-owner' as const] : []),
    ...notes,
    ...(assumeImageTrusted === true ? ['image-assumed' as const] : []),
  ];
}

/** Limit of recorded requests: no real compose file has more. */
const maxRequests = 1000;

const assumedTrust: ImageTrust = {
  decide: (image) =>
    Promise.resolve({ trusted: true, imageId: '', allowedBy: `(assumed for ${image})`, derivedFrom: null }),
  close: () => undefined,
};
