import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startTimeLimit } from '../engine/base/time-limits.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';

/** How the desktop app is started: a program, and arguments that precede all others. */
export interface AppProgram {
  readonly program: string;
  readonly first: readonly string[];
  readonly packaged: boolean;
}

/**
 * The result of a start: a window of its own, or one that was open already and has been brought to the front.
 */
export interface AppLaunch {
  readonly pid: number | null;
  readonly alreadyOpen: boolean;
}

/** The argument that makes the app report on its output that its window is shown. */
const reportArgument = '--report-shown';
const shownLine = 'shown';

/**
 * The app that belongs to this command line: the packaged one that contains it or of the package next to it,
 * else what `npm start` runs, Electron with the built app. `root`: where bin/bulkhead is. Errors: internal,
 * with what to run, if it is not installed, not built or has no runtime.
 */
export async function findApp(
  root: string,
  platform: NodeJS.Platform = process.platform,
): Promise<Result<AppProgram, AppError>> {
  const packaged = packagedApp(root, platform);
  if (packaged !== null) return ok({ program: packaged, first: [], packaged: true });
  // The package for servers has no scripts.
  if (!existsSync(path.join(root, 'scripts')))
    return fail('internal', message('cli.app-not-installed'), {
      hint: message('cli.install-app'),
    });
  if (
    !existsSync(path.join(root, 'dist', 'electron', 'main.cjs')) ||
    !existsSync(path.join(root, 'dist', 'renderer', 'index.html'))
  ) {
    return fail('internal', message('cli.app-not-built'), {
      hint: message('cli.build-app'),
    });
  }
  const { code, stdout, stderr } = await run(process.execPath, [
    path.join(root, 'scripts', 'electron-path.mjs'),
  ]);
  if (code !== 0)
    return fail('internal', message('cli.electron-missing'), {
      hint: message('cli.run-set-up'),
      ...(stderr.trim() === '' ? {} : { reason: lastLine(stderr) }),
    });
  return ok({ program: stdout.trim(), first: [root], packaged: false });
}

/**
 * The binary of the packaged app: around `root`, which is its `resources/program` then, or of the package
 * bulkhead-desktop, for the `root` of the package bulkhead next to it. Null if there is none.
 */
function packagedApp(root: string, platform: NodeJS.Platform): string | null {
  if (platform === 'linux' && path.basename(root) === 'bulkhead') {
    const program = path.join(path.dirname(root), 'bulkhead-desktop', 'resources', 'program');
    return packagedApp(program, platform);
  }
  if (path.basename(root) !== 'program') return null;
  const resources = path.dirname(root);
  const binary =
    platform === 'darwin'
      ? path.join(resources, '..', 'MacOS', 'bulkhead-app')
      : path.join(resources, '..', platform === 'win32' ? 'bulkhead-app.exe' : 'bulkhead-app');
  return existsSync(path.join(resources, 'app.asar')) && existsSync(binary) ? path.normalize(binary) : null;
}

/** Why no window can be displayed here; null if it can. */
export function missingDisplay(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): AppError | null {
  if (platform !== 'linux' || (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '')
    return null;
  const missing = fail('input.unusable', message('cli.no-display'), {
    reason: message('cli.display-variables-unset'),
    hint: message('cli.run-in-desktop-session'),
  });
  return missing.error;
}

/**
 * Starts the app, which outlives this process, and resolves once its window is shown or an open one has
 * received the request. Errors: internal, with the app's last output, when it ends before that or shows
 * nothing within a minute.
 */
export async function launchApp(
  { program, first }: AppProgram,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Result<AppLaunch, AppError>> {
  const environment = { ...env };
  // Terminals of Electron-based editors pass it on, and then the app would run as plain Node.
  delete environment['ELECTRON_RUN_AS_NODE'];
  // Chromium's sandbox refuses to run as root; a user's app keeps it.
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // A file, not a pipe: writing to it must not fail once this process has ended.
  const errorFile = openErrorFile();
  try {
    const child = spawn(program, [...sandbox, ...first, ...args, reportArgument], {
      detached: true,
      stdio: ['ignore', 'pipe', errorFile],
      env: environment,
      windowsHide: false,
    });
    const how = await new Promise<'shown' | 'late' | { readonly code: number | string }>((resolve) => {
      const limit = startTimeLimit('windowShown');
      limit.signal.addEventListener('abort', () => {
        resolve('late');
      });
      const end = (result: 'shown' | { readonly code: number | string }) => {
        limit.end();
        resolve(result);
      };
      let output = '';
      child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
        output = (output + chunk).slice(-1000);
        if (output.split('\n').slice(0, -1).includes(shownLine)) end('shown');
      });
      child.once('error', (error) => {
        end({ code: error.message });
      });
      child.once('exit', (code, signal) => {
        end({ code: code ?? signal ?? 'unknown' });
      });
    });
    child.stdout?.destroy();
    child.unref();
    if (how === 'shown') return ok({ pid: child.pid ?? null, alreadyOpen: false });
    if (how === 'late')
      return fail('internal', message('cli.app-shows-no-window'), {
        reason: decisiveLine(readErrors(errorFile)),
      });
    // A second start ends at once with success.
    if (how.code === 0) return ok({ pid: null, alreadyOpen: true });
    return fail('internal', message('cli.app-ended-early'), {
      reason: decisiveLine(readErrors(errorFile)) || String(how.code),
    });
  } finally {
    closeSync(errorFile);
  }
}

/** A deleted file, open for reading and writing: it leaves nothing behind. */
function openErrorFile(): number {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-app-'));
  try {
    return openSync(path.join(directory, 'errors'), 'wx+', 0o600);
  } finally {
    // Windows cannot remove an open file: there it stays in the temporary directory.
    try {
      rmSync(directory, { recursive: true });
    } catch {
      /* see above */
    }
  }
}

function readErrors(file: number): string {
  const buffer = Buffer.alloc(64 * 1024);
  return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, 0));
}

/**
 * The line with the reason: Chromium's first error without its prefix (ignoring a missing session bus), else
 * the last line.
 */
function decisiveLine(text: string): string {
  const errors = [...text.matchAll(/^\[[^\]]*:ERROR:[^\]]*\] (.*)$/gm)].map(([, line = '']) => line);
  return errors.find((line) => !/\bbus\b/.test(line)) ?? lastLine(text);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

/** Runs a program to its end. Never rejects. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 20_000, encoding: 'utf8', env }, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : typeof error.code === 'number' ? error.code : 127,
        stdout,
        stderr,
      });
    });
  });
}
