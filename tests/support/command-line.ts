import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const main = path.resolve(import.meta.dirname, '../../cli/main.ts');

export interface CommandResult {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  /** Added to this process's environment; undefined takes a variable out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input; nothing by default. */
  readonly input?: string;
  /** The directory that it runs in; the tests' by default. */
  readonly cwd?: string;
  /** Whose process it is; needs root. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs `bulkhead ARGS` from its sources, without a terminal. */
export const runCommandLine = (args: readonly string[], options?: CommandOptions): Promise<CommandResult> =>
  run(process.execPath, [main, ...args], options);

/** Runs a script of bash in which `bulkhead` is the command line from its sources, without a terminal. */
export const runShellScript = (script: string, options?: CommandOptions): Promise<CommandResult> =>
  run('bash', ['-c', `bulkhead() { "${process.execPath}" "${main}" "$@"; }\n${script}`], options);

async function run(
  program: string,
  args: readonly string[],
  { env = {}, input, ...options }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(program, args, {
    ...options,
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });
  // It may end without having read all of it.
  child.stdin.on('error', () => undefined).end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}
