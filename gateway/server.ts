import { chmod, chown, lstat, readFile, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { exclusiveRuntimeName } from '../shared/isolation/requirements.ts';
import { openDecisionLog } from './audit/decision-log.ts';
import { createGatekeeper } from './enforce/decide.ts';
import { createEngineFacts } from './enforce/engine-facts.ts';
import { ClientConnection } from './http/connection.ts';
import { watchSettings, type PolicyState } from './settings-watch.ts';

export interface GatewayOptions {
  /** Path of the engine's own unix socket. */
  readonly engineSocket: string;
  /** Path of the socket clients talk to. */
  readonly listenSocket: string;
  readonly settingsFile: string;
  /** Decision log (JSONL); null for none. */
  readonly auditFile?: string | null;
  /** Runtime every container is made with (A6). Default: the exclusive backend's. */
  readonly runtime?: string;
  /** Group that may use the socket (0660); where it does not exist the socket is root's alone (0600). Default `docker`. */
  readonly group?: string;
  /** Directories that belong to the engine: never mountable, nor any that contains them. */
  readonly engineDirectories?: readonly string[];
  /** Also look at a running container's uid_map, not only at its runtime's name. Default true; false is for tests with a stand-in runtime. */
  readonly requireUserNamespace?: boolean;
  /** One line about the gateway itself (policy changes, malformed requests). */
  readonly log?: (line: string) => void;
}

export interface Gateway {
  readonly listenSocket: string;
  policy(): PolicyState;
  /** Resolves when every decision so far is in the audit file. */
  flushAudit(): Promise<void>;
  /** Stops listening, lets running exchanges end for `graceMs`, then cuts what is left. The socket file goes away. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts the gateway. Errors: `engine.already-running` when somebody answers on the listen socket, `engine.start-failed` when it
 * can't be made. An engine that is down is no error: clients get 503 until it is up.
 */
export async function startGateway(options: GatewayOptions): Promise<Result<Gateway, AppError>> {
  const log = options.log ?? (() => undefined);
  const free = await freeSocket(options.listenSocket);
  if (!free.ok) return free;

  const audit = openDecisionLog(options.auditFile ?? null, log);
  const settings = watchSettings(options.settingsFile, (state) => { log(describePolicy(options.settingsFile, state)); });
  const facts = createEngineFacts(options.engineSocket);
  const decide = createGatekeeper({
    settings, audit, facts,
    runtime: options.runtime ?? exclusiveRuntimeName,
    requireUserNamespace: options.requireUserNamespace ?? true,
    engineDirectories: options.engineDirectories ?? [],
    engineSockets: [options.engineSocket, options.listenSocket],
  });

  const connections = new Set<ClientConnection>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    connections.add(new ClientConnection(client, {
      engineSocket: options.engineSocket, decide,
      ended: (connection) => { connections.delete(connection); },
      malformed: (why) => { log(`request refused: ${why}`); },
    }));
  });
  const listening = await listen(server, options.listenSocket);
  if (!listening.ok) { settings.close(); facts.close(); return listening; }
  await giveToGroup(options.listenSocket, options.group ?? 'docker', log);

  return ok({
    listenSocket: options.listenSocket,
    policy: () => settings.current(),
    flushAudit: () => audit.flush(),
    close: async (graceMs = 5000) => {
      const closed = new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
      for (const connection of connections) connection.drain();
      const timer = setTimeout(() => { for (const connection of connections) connection.close(); }, graceMs);
      await closed;
      clearTimeout(timer);
      settings.close();
      facts.close();
      await audit.flush();
    },
  });
}

function describePolicy(file: string, state: PolicyState): string {
  const eci = state.settings.eci.value ? 'on' : 'off';
  // Stricter than asked for is safe; saying nothing would not be.
  const mode = state.settings.eci.value && state.settings.mode === 'audit' ? '; audit mode is not available yet, so what it would only log is refused' : '';
  if (state.problem === null) return `policy ${state.generation} of ${file} in force: enhanced container isolation ${eci}${mode}`;
  return state.generation <= 1
    ? `locked down: ${file} cannot be used: ${state.problem}`
    : `the last good policy stays in force (enhanced container isolation ${eci}): ${file} cannot be used: ${state.problem}`;
}

/** Makes room for the listen socket: a leftover one is removed, one that somebody serves is not touched, nor is anything that is not a socket. */
async function freeSocket(file: string): Promise<Result<void, AppError>> {
  const info = await lstat(file).catch(() => null);
  if (info === null) return ok(undefined);
  if (!info.isSocket()) return fail('engine.start-failed', `${file} is there and is not a socket.`, { hint: 'Move it away, or listen elsewhere.' });
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect(file);
    probe.once('connect', () => { probe.destroy(); resolve(true); });
    probe.once('error', (error: NodeJS.ErrnoException) => { resolve(error.code !== 'ECONNREFUSED'); });
  });
  if (answered) return fail('engine.already-running', `Somebody is already listening on ${file}.`, { hint: 'Stop that process first, or listen elsewhere.' });
  try {
    await unlink(file);
    return ok(undefined);
  } catch (error) {
    return fail('engine.start-failed', `The leftover socket ${file} cannot be removed.`, { cause: error });
  }
}

function listen(server: Server, file: string): Promise<Result<void, AppError>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(fail('engine.start-failed', `Listening on ${file} is not possible.`, {
        cause: error, hint: Buffer.byteLength(file) > 107 ? 'The path of a unix socket may have 107 bytes at most.' : 'Check the directory and the rights on it.',
      }));
    });
    // Made for root alone; widened afterwards, so that nobody gets in before the group is set.
    const before = process.umask(0o177);
    try { server.listen({ path: file, backlog: 1024 }, () => { resolve(ok(undefined)); }); } finally { process.umask(before); }
  });
}

async function giveToGroup(file: string, group: string, log: (line: string) => void): Promise<void> {
  const groups = await readFile('/etc/group', 'utf8').catch(() => '');
  const gid = groups.split('\n').map((line) => line.split(':')).find((fields) => fields[0] === group)?.[2];
  try {
    if (gid !== undefined && process.getuid?.() === 0) {
      await chown(file, 0, Number(gid));
      await chmod(file, 0o660);
    } else await chmod(file, 0o600);
  } catch (error) {
    log(`the rights of ${file} could not be set: ${error instanceof Error ? error.message : String(error)}`);
  }
}
