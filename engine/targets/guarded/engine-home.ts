import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { gitConfig, gitProgram, sshProgram } from './engine-programs.ts';
import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { message } from '../../../shared/messages/message.ts';
import type { RootPaths } from '../../base/root-paths.ts';

/**
 * Home and environment of dockerd and its children, in place of root's: a user who may build can make the
 * engine run git and ssh against any server, which would act as root there, with root's keys, credential
 * helpers and ~/.netrc.
 */

/**
 * Variables of the supervisor that the engine gets. Variables that may contain an identity are not among
 * them: SSH_AUTH_SOCK, GIT_*, KRB5*, AWS_*, DOCKER_CONFIG.
 */
const inherited = new Set([
  'TMPDIR',
  'LANG',
  'LANGUAGE',
  'TZ',
  // Proxies, also for the programs that the engine starts.
  ...['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
    name,
    name.toUpperCase(),
  ]),
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GODEBUG',
  'GOGC',
  'GOMAXPROCS',
  'GOMEMLIMIT',
  'GOTRACEBACK',
  'DOCKER_TMPDIR',
  'DOCKER_RAMDISK',
  'DOCKER_MIN_API_VERSION',
  'DOCKER_ENABLE_DEPRECATED_PULL_SCHEMA_1_IMAGE',
  'MOBY_DISABLE_PIGZ',
  // For the runtime: how layers are mounted (runtime/overlay.c).
  'BULKHEAD_LAYERS',
]);
const inheritedFamilies = /^(?:LC|OTEL)_[A-Z_]+$/;
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The part of the supervisor's environment (`environment`) that the engine gets. */
export function inheritedVariables(
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && (inherited.has(name) || inheritedFamilies.test(name))
        ? [[name, value] as const]
        : [],
    ),
  );
}

/** dockerd's whole environment. `more` comes from the backend; `own` is the supervisor's environment. */
export function engineEnvironment(
  paths: RootPaths,
  more: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  return {
    ...inheritedVariables(environment),
    PATH: `${paths.programs}:${environment['PATH'] ?? defaultPath}`,
    HOME: paths.home,
    XDG_CONFIG_HOME: paths.home,
    GIT_CONFIG_GLOBAL: path.join(paths.programs, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...more,
  };
}

/**
 * Creates the engine's home (`DIR/home`, empty) and the programs that precede others in its PATH
 * (`DIR/programs`: git and ssh, without an identity of root's). Fails if the home is not empty: its content
 * would be the engine's identity.
 */
export async function prepareEngineHome(paths: RootPaths): Promise<Result<void, AppError>> {
  try {
    await mkdir(paths.home, { recursive: true });
    await chown(paths.home, 0, 0);
    await chmod(paths.home, 0o555);
    const found = await readdir(paths.home);
    if (found.length > 0) {
      return fail('engine.start-failed', message('engine.home-not-empty'), {
        reason: message('engine.home-content', {
          home: paths.home,
          list: joinMessages('enumeration', found.slice(0, 3)),
        }),
        hint: message('engine.empty-home', { home: paths.home }),
        params: { path: paths.home },
      });
    }
    await mkdir(paths.programs, { recursive: true });
    await chmod(paths.programs, 0o755);
    const programs = [
      ['git', gitProgram, 0o755],
      ['ssh', sshProgram, 0o755],
      ['gitconfig', gitConfig, 0o644],
    ] as const;
    for (const [name, text, mode] of programs) {
      const file = path.join(paths.programs, name);
      await writeFile(file, text, { mode });
      await chmod(file, mode);
    }
    return ok(undefined);
  } catch (error) {
    return fail('engine.start-failed', message('engine.home-not-created'), {
      cause: error,
      params: { path: paths.home },
    });
  }
}
