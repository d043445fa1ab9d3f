import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDecisionLog } from '../../gateway/audit/decision-log.ts';
import { createEngineFacts } from '../../gateway/engine-api/create-engine-facts.ts';
import { createGatekeeper } from '../../gateway/enforce/decide.ts';
import { listenOn, type Listener } from '../../gateway/http/listener.ts';
import { watchSettings } from '../../gateway/settings/settings-watch.ts';
import type { Origin, SocketMount } from '../../gateway/base/socket-mount.ts';
import type { BareEngine } from './real-engine.ts';
import { fixedSocketMounts } from './socket-mounts.ts';

/**
 * A gateway in front of a bare engine with mounted sockets that belong to no real containers. For tests of
 * what is allowed through them.
 */
export interface MountedGateway {
  readonly scratch: string;
  /** The clients' socket. */
  readonly clients: string;
  /** Replaces the settings, as an apply does. */
  policy(settings: unknown): Promise<void>;
  close(): Promise<void>;
}

/**
 * `mounts` gets the scratch directory and returns the sockets. The engine needs a runtime named `bulkhead`.
 */
export async function startMountedGateway(
  engine: BareEngine,
  mounts: (scratch: string) => readonly SocketMount[],
): Promise<MountedGateway> {
  const scratch = await mkdtemp('/tmp/bulkhead-mounted-');
  const settingsFile = path.join(scratch, 'admin-settings.json');
  const clients = path.join(scratch, 'docker.sock');
  const policy = async (settings: unknown): Promise<void> => {
    await writeFile(`${settingsFile}.new`, JSON.stringify(settings));
    await rename(`${settingsFile}.new`, settingsFile);
  };
  await policy({});
  const all = mounts(scratch);
  const settings = watchSettings(settingsFile, () => undefined);
  const facts = createEngineFacts(engine.socket);
  const log = (line: string) => {
    console.error(line);
  };
  const decide = createGatekeeper({
    settings,
    facts,
    audit: openDecisionLog(path.join(scratch, 'audit.jsonl'), log),
    runtime: 'bulkhead',
    requireUserNamespace: false,
    engineDirectories: [engine.root],
    engineSockets: [engine.socket, clients],
    socketMounts: fixedSocketMounts(all),
  });
  const listeners: Listener[] = [];
  const listen = async (file: string, origin: Origin) => {
    const made = await listenOn(
      { path: file },
      { engineSocket: engine.socket, decide, origin, log, onProtocolError: log },
    );
    if (!made.ok) throw new Error(made.error.message);
    listeners.push(made.value);
  };
  await listen(clients, { kind: 'clients' });
  for (const mount of all) await listen(mount.socket, { kind: 'socket-mount', id: mount.id });
  return {
    scratch,
    clients,
    policy,
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close(0)));
      settings.close();
      facts.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
