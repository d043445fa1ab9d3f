import { spawn } from 'node:child_process';
import { access, constants, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';

export interface ClientRun {
  readonly args: readonly string[];
  /** A directory of this run's own. */
  readonly directory: string;
  readonly socket: string;
  readonly workingDirectory: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Whether it may find the user's own plugins. */
  readonly plugins?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}
export interface ClientOutput {
  readonly code: number;
  readonly stderr: string;
  readonly stdout: string;
}

const timeoutMs = 60_000;
/** Maximum length of the client's stderr and stdout, characters. */
const maxStderr = 16 * 1024;
const maxStdout = 8 * 1024 * 1024;
/** Variables that redirect the client, or run code in it. */
const reservedVariables =
  /^(?:DOCKER_|BUILDKIT_|BUILDX_|COMPOSE_|LD_|GO|OTEL_|PATH$|HOME$|LANG$|BASH_ENV$|ENV$)/i;

/** Runs the real client without the user's own configuration, so that it connects to `socket` only. */
export async function runClient(run: ClientRun): Promise<Result<ClientOutput, AppError>> {
  // Otherwise ENOENT would look like a missing client.
  if (
    !(await access(run.workingDirectory, constants.X_OK).then(
      () => true,
      () => false,
    ))
  )
    return fail(
      'input.unusable',
      message('gateway.working-directory-unusable', { workingDirectory: run.workingDirectory }),
      {
        hint: message('gateway.check-working-directory'),
      },
    );
  const config = path.join(run.directory, 'config');
  await mkdir(config, { recursive: true });
  if (run.plugins === true) await linkPlugins(config);
  return spawnClient(run, clientEnvironment(run, config));
}

function clientEnvironment(run: ClientRun, config: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(
      Object.entries(run.environment ?? {}).filter(([name]) => !reservedVariables.test(name)),
    ),
    PATH: searchPath(process.env['PATH']),
    HOME: process.env['HOME'] ?? '/',
    LANG: 'C.UTF-8',
    DOCKER_CONFIG: config,
    DOCKER_HOST: `unix://${run.socket}`,
    // BuildKit would need a connection for calls that the engine accepts; the classic builder sends the same
    // as parameters.
    DOCKER_BUILDKIT: '0',
    DOCKER_CLI_HINTS: 'false',
    // No file of a repository or a registry is fetched.
    COMPOSE_EXPERIMENTAL_GIT_REMOTE: '0',
    COMPOSE_EXPERIMENTAL_OCI_REMOTE: '0',
  };
}

function spawnClient(
  run: ClientRun,
  environment: NodeJS.ProcessEnv,
): Promise<Result<ClientOutput, AppError>> {
  return new Promise((resolve) => {
    if (run.signal?.aborted === true) {
      resolve(cancelled());
      return;
    }
    const child = spawn('docker', [...run.args], {
      env: environment,
      cwd: run.workingDirectory,
      stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: run.timeoutMs ?? timeoutMs,
      killSignal: 'SIGKILL',
    });
    const kill = () => {
      child.kill('SIGKILL');
    };
    run.signal?.addEventListener('abort', kill, { once: true });
    let stderr = '';
    let stdout = '';
    child.stderr?.on('data', (part: Buffer) => {
      if (stderr.length < maxStderr) stderr += part.toString('utf8');
    });
    child.stdout?.on('data', (part: Buffer) => {
      if (stdout.length < maxStdout) stdout += part.toString('utf8');
    });
    // It may exit before it has read its input.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(run.input);
    child.once('error', (error: NodeJS.ErrnoException) => {
      run.signal?.removeEventListener('abort', kill);
      resolve(startFailure(error));
    });
    child.once('close', (code) => {
      run.signal?.removeEventListener('abort', kill);
      if (run.signal?.aborted === true) resolve(cancelled());
      else if (code === null)
        resolve(
          fail('input.unusable', message('gateway.docker-timed-out'), {
            hint: message('gateway.retry-with-less'),
          }),
        );
      else resolve(ok({ code, stderr: withoutAdvice(stderr), stdout }));
    });
  });
}

const startFailure = (error: NodeJS.ErrnoException): Result<never, AppError> =>
  error.code === 'ENOENT' && error.path === 'docker'
    ? fail('engine.not-installed', message('gateway.docker-cli-not-installed'), {
        hint: message('gateway.install-docker-cli'),
      })
    : fail('input.unusable', message('gateway.docker-not-run'), { cause: error });

const cancelled = () => fail('apply.cancelled', message('gateway.cancelled'));

/**
 * The PATH of the client, without empty or relative entries: they would mean its working directory.
 */
export function searchPath(inherited: string | undefined): string {
  const absolute = (inherited ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  return absolute.length === 0
    ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    : absolute.join(path.delimiter);
}

/** Plugins are the only part of the user's configuration that is used: Compose is one. */
async function linkPlugins(config: string): Promise<void> {
  const own = path.join(
    process.env['DOCKER_CONFIG'] ?? path.join(process.env['HOME'] ?? '/', '.docker'),
    'cli-plugins',
  );
  await symlink(own, path.join(config, 'cli-plugins')).catch(() => undefined);
}

/** The client's stderr without its deprecation notice on builders. */
function withoutAdvice(text: string): string {
  return text.replace(/DEPRECATED:[\s\S]*?environment-variable\.\s*/, '');
}

/** The first line that is not blank. */
export const firstLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? '';
