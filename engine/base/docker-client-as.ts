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

/** Who this process is. */
export function ownUser(): EffectiveCaller {
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
 * Who had a container made, as far as the gateway recorded it: also with ECI off. Null where that is not
 * known, or not for this process to read.
 */
export async function recordedUser(paths: RootPaths, container: string): Promise<EffectiveCaller | null> {
  const found = readSharingRecord(
    await readFile(path.join(paths.sharing, sharingRecordName(container)), 'utf8').catch(() => ''),
  );
  if (found === null) return null;
  const known = await findUser(String(found.uid));
  return { name: known.ok ? known.value.name : String(found.uid), ...found };
}

/** The user behind sudo or pkexec, as a name or number; null where there is none. */
export const invokingUser = (env: NodeJS.ProcessEnv = process.env): string | null =>
  env['SUDO_UID'] ?? env['PKEXEC_UID'] ?? null;

/**
 * Who has this process do what it does: the user named by number, or behind sudo or pkexec, where it is
 * root's; else who it is. One the machine does not know goes by his number.
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

/** A user of this machine by name or number; `input.unusable` for one it does not have. */
export async function findUser(nameOrId: string): Promise<Result<EffectiveCaller, AppError>> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(nameOrId))
    return fail('input.unusable', message('engine.is-no-user', { nameOrId }));
  try {
    const [name = '', , uid = '', gid = '', , home = ''] = await passwdEntry(nameOrId);
    return ok({ name, uid: Number(uid), gid: Number(gid), ...(home === '' ? {} : { home }) });
  } catch {
    return fail('input.unusable', message('engine.there-is-no-user', { nameOrId }), {
      hint: message('engine.give-one-of-this-machine-users-as'),
    });
  }
}

/** The fields of a user's passwd line; macOS keeps them elsewhere. */
async function passwdEntry(nameOrId: string): Promise<string[]> {
  if (process.platform !== 'darwin') {
    // By whatever name the database takes for him: one of a directory service may be written in several ways.
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
 * A client of the gateway that asks as `user`, when this process is root's: what the gateway learns of a
 * caller it learns from the kernel.
 */
export function dockerClientAs(socketPath: string, user: EffectiveCaller): Docker {
  if (user.uid === 0 || process.getuid?.() !== 0) return dockerClient(socketPath);
  return dockerClientOver(socketPath, new AgentAs(user));
}

class AgentAs extends Agent {
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
 * Connects with the user's ids. The kernel notes them at connect(2), which a unix socket does within the
 * call: this process is itself again before anything else in it runs. The socket's group is taken along: root
 * may let anybody use it.
 */
function connectAs(socketPath: string, user: EffectiveCaller): Socket {
  return asUser(user, [statSync(socketPath).gid], () => connect({ path: socketPath }));
}
