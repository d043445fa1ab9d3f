import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, type AgentOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { readSharingRecord, sharingRecordName } from '../../shared/isolation/sharing-user.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { asUser } from './as-user.ts';
import { passwdLines } from './user-database.ts';
import type { RootPaths } from './root-paths.ts';
import { message } from '../../shared/messages/message.ts';
import { dockerClient, dockerClientOver } from './docker-client.ts';

const run = promisify(execFile);

export interface EffectiveCaller {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home?: string;
}

export const root: EffectiveCaller = { name: 'root', uid: 0, gid: 0 };

/** The user of this process. */
function ownUser(): EffectiveCaller {
  const uid = process.getuid?.() ?? 0;
  const ids = { uid, gid: process.getgid?.() ?? 0 };
  // No passwd entry for this uid.
  try {
    return { name: userInfo().username, ...ids };
  } catch {
    return { name: String(uid), ...ids };
  }
}

/**
 * Who had a container created, as recorded by the gateway, also with ECI off. Null if that is unknown, or not
 * readable by this process.
 */
export async function recordedUser(paths: RootPaths, container: string): Promise<EffectiveCaller | null> {
  const found = readSharingRecord(
    await readFile(path.join(paths.sharing, sharingRecordName(container)), 'utf8').catch(() => ''),
  );
  if (found === null) return null;
  const known = await findUser(String(found.uid));
  return { name: known.ok ? known.value.name : String(found.uid), ...found };
}

/** The user behind sudo or pkexec, as a name or number; null if there is none. */
export const invokingUser = (env: NodeJS.ProcessEnv = process.env): string | null =>
  env['SUDO_UID'] ?? env['PKEXEC_UID'] ?? null;

/**
 * The user on whose behalf this process acts: the user given by number, or the one behind sudo or pkexec, if
 * the process is root's; else its own user. A user unknown to the machine is represented by the number.
 */
export async function effectiveCaller(sessionUser?: string): Promise<EffectiveCaller> {
  const requested = process.getuid?.() === 0 ? (sessionUser ?? invokingUser()) : null;
  if (requested === null) return ownUser();
  const known = await findUser(requested);
  if (known.ok) return known.value;
  return /^\d{1,10}$/.test(requested)
    ? { name: requested, uid: Number(requested), gid: Number(requested) }
    : ownUser();
}

/** A user of this machine by name or number; `input.unusable` for an unknown one. */
export async function findUser(nameOrId: string): Promise<Result<EffectiveCaller, AppError>> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(nameOrId))
    return fail('input.unusable', message('engine.not-a-user', { nameOrId }));
  try {
    const [name = '', , uid = '', gid = '', , home = ''] = await passwdEntry(nameOrId);
    return ok({ name, uid: Number(uid), gid: Number(gid), ...(home === '' ? {} : { home }) });
  } catch {
    return fail('input.unusable', message('engine.user-missing', { nameOrId }), {
      hint: message('engine.give-local-user'),
    });
  }
}

/** The fields of a user's passwd line; macOS keeps them elsewhere. */
async function passwdEntry(nameOrId: string): Promise<string[]> {
  if (process.platform !== 'darwin') {
    // Under the database's own name for the user: a directory service may accept several spellings.
    const [line = ''] = (await passwdLines([nameOrId])).split('\n');
    if (line === '') throw new Error(`there is no user ${nameOrId}`);
    return line.split(':');
  }
  const name = /^\d+$/.test(nameOrId)
    ? (await run('/usr/bin/id', ['-un', nameOrId])).stdout.trim()
    : nameOrId;
  const output = (
    await run('/usr/bin/dscl', [
      '.',
      '-read',
      `/Users/${name}`,
      'UniqueID',
      'PrimaryGroupID',
      'NFSHomeDirectory',
    ])
  ).stdout;
  const field = (key: string): string => new RegExp(`^${key}: (.+)$`, 'm').exec(output)?.[1] ?? '';
  return [name, '', field('UniqueID'), field('PrimaryGroupID'), '', field('NFSHomeDirectory')];
}

/**
 * A client of the gateway that connects as `user`, when this process is root's: the gateway identifies a
 * caller by the kernel's credentials.
 */
export function dockerClientAs(socketPath: string, user: EffectiveCaller): Docker {
  if (user.uid === 0 || process.getuid?.() !== 0) return dockerClient(socketPath);
  return dockerClientOver(socketPath, new AgentAsUser(user));
}

class AgentAsUser extends Agent {
  readonly #user: EffectiveCaller;
  constructor(user: EffectiveCaller, options?: AgentOptions) {
    super(options);
    this.#user = user;
  }
  override createConnection(options: { readonly socketPath?: string | undefined }): Socket {
    const { socketPath = '' } = options;
    return connectAs(socketPath, this.#user);
  }
}

/**
 * Connects with the user's ids. The kernel records them at connect(2), which is synchronous for a unix
 * socket: the process has its own ids again before anything else in it runs. The socket's group is added:
 * root may let anybody use it.
 */
function connectAs(socketPath: string, user: EffectiveCaller): Socket {
  return asUser(user, [statSync(socketPath).gid], () => connect({ path: socketPath }));
}
