import { mkdtemp, rm } from 'node:fs/promises';
import { loadTranslator } from '../../shared/messages/translator.ts';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  strictest,
  type AskedFact,
  type AskedImage,
  type ExplainedRequest,
  type Explanation,
} from '../../shared/explain/explanation.ts';
import { ok, type AppError, type Result } from '../../shared/result.ts';
import { createEngineFacts } from '../engine-api/create-engine-facts.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import { listenOn } from '../http/listener.ts';
import { createImageTrust } from '../trust/create-image-trust.ts';
import type { ImageTrust } from '../trust/image-trust.ts';
import { absentFacts, serveAbsentEngine } from './unreachable-engine.ts';
import { dryGatekeeper, type GatewaySetting } from './dry-gatekeeper.ts';
import { recordedFacts, recordedTrust } from './recorded-facts.ts';
import { type Message, referenceTo } from '../../shared/messages/message.ts';

/** What a dry run is decided by, whatever is explained. */
export interface DryRunSetting extends GatewaySetting {
  /** Socket of the engine that answers what has to be known; null: there is none. */
  readonly engineSocket: string | null;
  /** Takes every image for trusted that wants the Docker socket, instead of asking registries. */
  readonly assumeImageTrusted?: boolean;
  readonly workingDirectory?: string;
  /** Ends it; what comes back then is `apply.cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface DrySession {
  /** Where the client is to go. */
  readonly socket: string;
  /** A directory of this run's own. */
  readonly directory: string;
  readonly requests: readonly ExplainedRequest[];
}

/**
 * What came of the client's run; `requests` in the place of those that were seen, where more is known of
 * them.
 */
export interface ClientRunResult extends Pick<Explanation, 'clientWords' | 'leftOut' | 'notes'> {
  readonly requests?: ExplainedRequest[];
}

/** Stands between the client and the engine, and changes what is known of the engine. */
export interface EngineInterceptor {
  facts(facts: EngineFacts): EngineFacts;
  serve(socket: string, engineSocket: string): Promise<{ close(): Promise<void> }>;
}

/**
 * Opens a private socket behind which the gateway's own code decides, and on which nothing but reads gets to
 * the engine; has `work` use it, and takes everything away again.
 */
export async function drySession(
  setting: DryRunSetting,
  interceptor: EngineInterceptor | null,
  work: (session: DrySession) => Promise<Result<ClientRunResult, AppError>>,
): Promise<Result<Explanation, AppError>> {
  // The client prints what a gateway under these settings would answer.
  await loadTranslator(setting.settings.language);
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-explain-'));
  const missing = new Map<string, Message>();
  const requests: ExplainedRequest[] = [];
  const factRecords = new Map<string, AskedFact>();
  const images = new Map<string, AskedImage>();
  const engineFacts =
    setting.engineSocket === null
      ? absentFacts((what) => {
          missing.set(what.text, what);
        })
      : recordedFacts(createEngineFacts(setting.engineSocket), factRecords);
  const facts = interceptor === null ? engineFacts : interceptor.facts(engineFacts);
  const trust = recordedTrust(
    setting.assumeImageTrusted === true
      ? assumedTrust
      : createImageTrust({ facts: engineFacts, stateDirectory: setting.stateDirectory, readOnly: true }),
    images,
  );
  const engineSocket = setting.engineSocket ?? path.join(directory, 'engine.sock');
  const absent = setting.engineSocket === null ? await serveAbsentEngine(engineSocket) : null;
  const fakeServer =
    interceptor === null ? null : await interceptor.serve(path.join(directory, 'made-up.sock'), engineSocket);
  try {
    const decide = dryGatekeeper(
      setting,
      { facts, trust, images, continueAfterDenial: interceptor !== null },
      (request) => {
        if (requests.length < maxRequests) requests.push(request);
      },
    );
    const socket = path.join(directory, 'docker.sock');
    const listener = await listenOn(
      { path: socket },
      {
        engineSocket: fakeServer === null ? engineSocket : path.join(directory, 'made-up.sock'),
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
      eci: setting.settings.eci.value,
      mode: setting.settings.mode,
      outcome: strictest(reported.map(({ outcome }) => outcome)),
      requests: reported,
      missingFacts: [...missing.keys()],
      missingFactSentences: [...missing.values()].map(referenceTo),
      facts: [...factRecords.values()],
      images: [...images.values()],
      engine: setting.engineSocket !== null,
      clientWords: result.value.clientWords,
      leftOut: result.value.leftOut,
      notes: [
        ...result.value.notes,
        ...(setting.assumeImageTrusted === true ? ['image-assumed' as const] : []),
      ],
    });
  } finally {
    trust.close();
    facts.close();
    await fakeServer?.close();
    await absent?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A compose file of more services than this is not one. */
const maxRequests = 1000;

const assumedTrust: ImageTrust = {
  decide: (image) =>
    Promise.resolve({ trusted: true, imageId: '', allowedBy: `(assumed for ${image})`, derivedFrom: null }),
  close: () => undefined,
};
