import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { defaultSettings, type EffectiveSettings } from '../../shared/settings/effective.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import { dryRunSockets } from '../explain/dry-run-sockets.ts';
import type { Gatekeeper, GatewayRequest, Verdict } from '../http/exchange.ts';
import { parseTarget } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import { fixedSettings } from '../settings/fixed-settings.ts';
import { createImageTrust } from '../trust/create-image-trust.ts';
import { createGatekeeper } from './decide.ts';
import { VolumeUses } from './volume-uses.ts';

/** The path of a Unix socket on which something listens during the tests of a file; `name` is the file's. */
export function listeningSocket(name: string): string {
  const socket = `/tmp/bulkhead-${name}-${process.pid}.sock`;
  let server: Server;
  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  afterAll(async () => {
    server.close();
    await rm(socket, { force: true });
  });
  return socket;
}

/** Facts of an engine without images. */
export const emptyEngine = {
  image: () => Promise.resolve(null),
  images: () => Promise.resolve([]),
  imageLabel: () => Promise.resolve(null),
  defaultRuntime: () => Promise.resolve('bulkhead'),
} as Partial<EngineFacts> as EngineFacts; // nothing else is looked up

/** ECI on, for these images with the Docker socket. */
export const settingsWith = (
  images: readonly string[],
  mode: EffectiveSettings['mode'] = 'enforce',
): EffectiveSettings => ({
  ...defaultSettings,
  mode,
  eci: { ...defaultSettings.eci, value: true },
  socket: { ...defaultSettings.socket, images },
});

/** A gatekeeper under these settings, and what it logs. `socket`: the clients' socket. */
export function gatekeeperWith(
  settings: EffectiveSettings,
  {
    socket = '/run/docker.sock',
    facts = emptyEngine,
    volumeUses = new VolumeUses(null),
  }: { socket?: string; facts?: EngineFacts; volumeUses?: VolumeUses } = {},
): { readonly gatekeeper: Gatekeeper; readonly entries: AuditEntry[] } {
  const entries: AuditEntry[] = [];
  const trust = createImageTrust({ facts, stateDirectory: null });
  const gatekeeper = createGatekeeper({
    settings: fixedSettings(settings),
    audit: {
      write: (entry) => {
        entries.push(entry);
      },
      dropped: 0,
      flush: () => Promise.resolve(),
    },
    facts,
    runtime: 'bulkhead',
    requireUserNamespace: false,
    engineDirectories: [],
    engineSockets: [socket],
    clientSocket: socket,
    sockets: dryRunSockets('/nonexistent', trust, () => undefined),
    volumeUses,
  });
  return { gatekeeper, entries };
}

/** The verdict on a request with this body. */
export async function decide(gatekeeper: Gatekeeper, path: string, body: unknown): Promise<Verdict> {
  const target = parseTarget(`/v1.45${path}`);
  if (!target.ok) throw new Error(target.why);
  const bytes = Buffer.from(JSON.stringify(body));
  const request: GatewayRequest = {
    head: {
      method: 'POST',
      target: `/v1.45${path}`,
      host: 'd',
      fields: [],
      body: { kind: 'length', bytes: bytes.length },
      contentType: 'application/json',
      close: false,
      expectContinue: false,
      upgrade: null,
    },
    target: target.target,
    match: matchRoute('POST', target.target.path),
    peer: () => null,
    origin: { kind: 'clients' },
  };
  const handled = await gatekeeper(request);
  return handled.kind === 'read-body' ? handled.decide(bytes) : handled;
}
