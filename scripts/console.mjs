// Output of the scripts, and errors that end them with one sentence on what to do.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { pinnedNode, repository } from './paths.mjs';

/**
 * A failure that the user can fix: `message` is one sentence on what to do. Printed without a stack.
 */
export class ActionableError extends Error {}

/** Prints the current step. */
export function step(text) {
  console.log(`▸ ${text}`);
}

/** Prints a fact below the step. */
export function note(text) {
  console.log(`  ${text}`);
}

/**
 * Runs the body of a script: an `ActionableError` ends it with that sentence and exit code 1, anything else
 * is a defect and is shown with its stack. `closing` is the last line in both cases. With `--help` nothing is
 * run: the comment at the script's head is printed.
 */
export async function main(body, { closing } = {}) {
  if (process.argv.some((argument) => argument === '--help' || argument === '-h')) {
    console.log(headComment(readFileSync(process.argv[1], 'utf8')));
    return;
  }
  try {
    await body();
  } catch (error) {
    console.error(error instanceof ActionableError ? `✗ ${error.message}` : error);
    if (closing !== undefined) console.log(closing);
    process.exitCode = 1;
  }
}

/** The text of the comment at the head of a script: its help. */
export function headComment(source) {
  const [, block, lines] = /^(?:\/\*\*([^]*?)\*\/|((?:\/\/.*\n)+))/.exec(source) ?? [];
  return (block ?? lines ?? '').replaceAll(/^(?: \*|\/\/) ?/gm, '').trim();
}

/**
 * Runs a command without a shell. Resolves with `{ code, stdout, stderr }`; `code` is null if a signal or
 * `timeoutMs` ended it and 127 if the program does not exist. `show` passes its output through instead.
 */
export function run(command, args, { cwd, env, show = false, timeoutMs = 0 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ? { ...process.env, ...env } : process.env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    const timer =
      timeoutMs > 0
        ? setTimeout(() => {
            child.kill('SIGKILL');
          }, timeoutMs)
        : undefined;
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, stdout, stderr: error.message });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a TypeScript program in this terminal, under the pinned Node; its exit code is the script's. */
export async function runProgram(file, args) {
  const child = spawn(pinnedNode, [file, ...args], { cwd: repository, stdio: 'inherit' });
  process.exitCode = await new Promise((resolve) => {
    child
      .once('error', () => {
        resolve(1);
      })
      .once('exit', (code) => {
        resolve(code ?? 1);
      });
  });
}

/** Like `run`, and ends the script with `errorMessage` and the command's last lines if it fails. */
export async function runOrThrow(command, args, errorMessage, options = {}) {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    const output = lastLines(`${result.stdout}\n${result.stderr}`, 12);
    throw new ActionableError(output === '' ? errorMessage : `${errorMessage}\n${output}`);
  }
  return result;
}

/** The last `count` non-empty lines of a text, indented. */
export function lastLines(text, count) {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');
}

/** The first `count` non-empty lines of a text, indented and without colours. */
export function firstLines(text, count) {
  return (
    text
      // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
      .replaceAll(/\u001b\[[0-9;]*m/g, '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, count)
      .map((line) => `    ${line}`)
      .join('\n')
  );
}
