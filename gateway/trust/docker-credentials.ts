import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { message, type Message } from '../../shared/messages/message.ts';

/** What `docker login` left behind for a registry. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A refresh token that a token endpoint exchanges for access tokens. */
  | { readonly kind: 'identity-token'; readonly token: string };

/** A credential helper failed (unlike one that has no credentials). */
export class CredentialHelperError extends Error {
  readonly sentence: Message;

  constructor(sentence: Message) {
    super(sentence.text);
    this.sentence = sentence;
  }
}

export interface CredentialSource {
  /**
   * Null: there are none. Rejects with a sentence when a credential helper does not work. `server` is a host,
   * or `https://index.docker.io/v1/`.
   */
  lookUp(server: string): Promise<Credentials | null>;
}

const helperTimeoutMs = 10_000;

/**
 * Reads `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json` of the user the gateway runs as, anew for
 * each look-up.
 */
export function dockerCredentials(env: NodeJS.ProcessEnv = process.env): CredentialSource {
  const file = path.join(
    env['DOCKER_CONFIG'] ?? path.join(env['HOME'] ?? os.homedir(), '.docker'),
    'config.json',
  );
  return {
    lookUp: async (server) => {
      const config = await readConfig(file);
      if (config === null) return null;
      const helper = textOf(entryFor(config['credHelpers'], server)) || textOf(config['credsStore']);
      if (helper !== '') {
        const stored = await runCredentialHelper(helper, server, env);
        if (stored !== null) return stored;
      }
      return parseAuthEntry(entryFor(config['auths'], server));
    },
  };
}

async function readConfig(file: string): Promise<Record<string, unknown> | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null || text.length > 1024 * 1024) return null;
  try {
    return record(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Docker writes hosts, older versions URLs with a path. */
const hostOf = (key: string): string =>
  key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();

function entryFor(entries: unknown, server: string): unknown {
  const all = record(entries) ?? {};
  if (Object.hasOwn(all, server)) return all[server];
  const same = Object.keys(all).find(
    (key) =>
      hostOf(key) === hostOf(server) || (hostOf(server) === 'index.docker.io' && hostOf(key) === 'docker.io'),
  );
  return same === undefined ? undefined : all[same];
}

function parseAuthEntry(entry: unknown): Credentials | null {
  const fields = record(entry);
  if (fields === null) return null;
  const identity = textOf(fields['identitytoken']);
  if (identity !== '') return { kind: 'identity-token', token: identity };
  const [user, password] = splitCredentials(
    Buffer.from(textOf(fields['auth']), 'base64').toString('utf8'),
  ) ?? [textOf(fields['username']), textOf(fields['password'])];
  return user === '' ? null : { kind: 'password', user, password };
}

function splitCredentials(text: string): [string, string] | null {
  const colon = text.indexOf(':');
  return colon <= 0 ? null : [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, '')];
}

async function runCredentialHelper(
  name: string,
  server: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | null> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new Error(`"${name}" is not the name of a credential helper`);
  const program = await findProgram(`docker-credential-${name}`, env);
  if (program === null) throw new Error(`the credential helper docker-credential-${name} is not in PATH`);
  const helper = `docker-credential-${name}`;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      ['get'],
      { env, timeout: helperTimeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 },
      (error, stdout) => {
        if (error !== null) {
          // Helpers say so on stdout, with an exit code of 1.
          if (/credentials not found/i.test(stdout)) resolve(null);
          else
            reject(
              new CredentialHelperError(
                error.killed === true
                  ? message('registry.helper-timed-out', { helper, seconds: helperTimeoutMs / 1000 })
                  : message('registry.helper-failed', { helper }),
              ),
            );
          return;
        }
        let fields: Record<string, unknown> | null = null;
        try {
          fields = record(JSON.parse(stdout));
        } catch {
          /* below */
        }
        const user = textOf(fields?.['Username']);
        const secret = textOf(fields?.['Secret']);
        if (fields === null || user === '')
          reject(new CredentialHelperError(message('registry.helper-unreadable', { helper })));
        else
          resolve(
            user === '<token>'
              ? { kind: 'identity-token', token: secret }
              : { kind: 'password', user, password: secret },
          );
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
}

/** The program in PATH by an absolute directory: never one of the working directory. */
async function findProgram(name: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const directory of (env['PATH'] ?? '').split(':').filter((entry) => path.isAbsolute(entry))) {
    const candidate = path.join(directory, name);
    if (
      await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  return null;
}

const record = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null; // an object
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
