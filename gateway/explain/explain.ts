import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Explanation } from '../../shared/explain/explanation.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { firstLine, runClient } from './run-client.ts';
import { isCopyCommand, simulatedCommand } from '../../shared/explain/simulated-commands.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { drySession, type DryRunContext } from './session.ts';

export interface ExplainOptions extends DryRunContext {
  /** A Docker command line without `docker`: ['run', '--pid=host', 'alpine']. */
  readonly args: readonly string[];
  /** Variables set for the command alone. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * For a build whose context was left out of `args`: the client gets a directory with a one-line Dockerfile,
   * so that none of the user's files is read.
   */
  readonly stubContext?: boolean;
}

/**
 * Commands that work through the engine's API alone. Not among them: plugins (compose, buildx), and commands
 * that change the client's own files.
 */
const commands = new Set([
  'attach',
  'build',
  'builder',
  'checkpoint',
  'commit',
  'container',
  'cp',
  'create',
  'diff',
  'events',
  'exec',
  'export',
  'history',
  'image',
  'images',
  'import',
  'info',
  'inspect',
  'kill',
  'load',
  'logs',
  'network',
  'node',
  'pause',
  'plugin',
  'port',
  'ps',
  'pull',
  'push',
  'rename',
  'restart',
  'rm',
  'rmi',
  'run',
  'save',
  'secret',
  'config',
  'service',
  'stack',
  'start',
  'stats',
  'stop',
  'swarm',
  'system',
  'tag',
  'top',
  'unpause',
  'update',
  'version',
  'volume',
  'wait',
]);
/** Options by which the client writes files before it sends a request. */
const writing = /^--(?:iidfile|cidfile|metadata-file)(?:=|$)/;

/**
 * Explains a Docker command line under these settings. The real `docker` runs against a private socket behind
 * which the gateway's own code decides, and only reads reach the engine; its first request that would change
 * something ends it. Errors: `input.unusable` for an invalid command line, `engine.not-installed` without the
 * Docker command line.
 */
export async function explainCommand(options: ExplainOptions): Promise<Result<Explanation, AppError>> {
  const [command = ''] = options.args;
  if (!commands.has(command)) {
    return fail(
      'input.unusable',
      command === ''
        ? message('gateway.no-command')
        : message('gateway.command-not-explainable', { command }),
      {
        hint: hintFor(options.args),
      },
    );
  }
  if (isCopyCommand(options.args))
    return fail('input.unusable', message('gateway.command-not-explainable', { command: 'cp' }), {
      hint: message('gateway.copy-not-explained'),
    });
  const writes = options.args.find((argument) => writing.test(argument));
  if (writes !== undefined)
    return fail('input.unusable', message('gateway.option-writes-file', { writes }), {
      hint: message('gateway.omit-option'),
    });

  return drySession(options, null, async ({ directory, socket, requests }) => {
    const args =
      options.stubContext === true ? await withStub(options.args, directory) : withoutTerminal(options.args);
    const result = await runClient({
      args,
      directory,
      socket,
      workingDirectory: options.workingDirectory ?? process.cwd(),
      environment: options.environment ?? {},
      signal: options.signal,
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });
    if (!result.ok) return result;
    if (requests.length === 0 && result.value.code !== 0)
      return fail('input.unusable', message('gateway.command-line-rejected'), {
        reason: firstLine(result.value.stderr),
        hint: message('gateway.see-docker-help'),
      });
    return ok({
      clientOutput: requests.some(({ refusal }) => refusal !== null) ? result.value.stderr.trim() : '',
      leftOut: [],
      notes: [
        ...(requests.length > 0 ? ['later-requests' as const] : []),
        ...(requests.some(({ target }) => /\/build\b/.test(target)) ? ['build-calls' as const] : []),
        ...(options.stubContext !== true ? [] : ['stub-context' as const]),
      ],
    });
  });
}

/** The command that was probably meant, as the Simulator names it, or what to give. */
function hintFor(args: readonly string[]): Message {
  const { kind, closest } = simulatedCommand(args);
  return kind === 'unknown' && closest !== undefined
    ? message('gateway.docker-command-misspelt', { closest })
    : message('gateway.give-docker-command');
}

/**
 * The client gets no terminal here, and without one it rejects `--tty`. A detached run sends the same
 * requests.
 */
export function withoutTerminal(args: readonly string[]): readonly string[] {
  const at = args[0] === 'container' ? 1 : 0;
  const takesTerminal = ['run', 'exec'].includes(args[at] ?? '');
  const options = args.slice(at + 1);
  const wanted = options.some((word) => /^(?:--tty(?:=.*)?|-[a-zA-Z]*t[a-zA-Z]*)$/.test(word));
  // Docker takes one of the two.
  const attaches = options.some((word) => /^(?:--attach(?:=.*)?|-a.*)$/.test(word));
  return takesTerminal && wanted && !attaches ? [...args.slice(0, at + 1), '--detach', ...options] : args;
}

async function withStub(args: readonly string[], directory: string): Promise<string[]> {
  const context = path.join(directory, 'context');
  await mkdir(context);
  await writeFile(path.join(context, 'Dockerfile'), 'FROM scratch\n');
  return [...args, context];
}
