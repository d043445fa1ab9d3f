import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { message, type Message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';

/** Our command line running with an administrator's rights. */
export interface ElevatedChild {
  /** Its output, one event a line. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Writes a line to its standard input; ignored once that is closed. */
  writeLine(line: string): void;
  /**
   * Its exit code, or why there is none. 126: the password prompt was dismissed; 127: this user may not;
   * `noPromptShown`: no authentication agent could show a prompt.
   */
  readonly exited: Promise<number | string>;
}

/** The command line to run our program elevated. The launcher is a shell script, which Windows cannot run. */
export const elevatedCommand = (
  root: string,
  platform: NodeJS.Platform = process.platform,
): readonly string[] =>
  platform === 'win32'
    ? [
        path.win32.join(root, 'node_modules', 'node', 'bin', 'node.exe'),
        path.win32.join(root, 'dist', 'cli', 'main.cjs'),
      ]
    : [path.join(root, 'bin', 'bulkhead')];

/** The way to get an administrator's rights. */
export interface Elevator {
  /** Why nobody can be prompted for them here ("pkexec is not installed"), null if it can be tried. */
  missing(): Promise<Message | null>;
  /** Runs our command line, elevated. `command`: program and first arguments. */
  run(command: readonly string[], args: readonly string[]): Promise<Result<ElevatedChild, AppError>>;
}

export const dismissed = 126;
export const notAuthorised = 127;
export const noPromptShown = 'no prompt was shown';

/**
 * The system's own way. `program` replaces its program (tests). polkit was tested in the guest; not run
 * on a real macOS or Windows.
 */
export function systemElevator(platform: NodeJS.Platform = process.platform, program?: string): Elevator {
  switch (platform) {
    case 'darwin':
      return throughSocket(macPrompt(program ?? '/usr/bin/osascript'));
    case 'win32':
      return throughSocket(
        windowsPrompt(
          program ??
            `${process.env['SystemRoot'] ?? 'C:\\Windows'}` +
              '\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
        ),
      );
    default:
      return polkit(program ?? '/usr/bin/pkexec');
  }
}

const missingProgram = async (program: string): Promise<Message | null> =>
  access(program, constants.X_OK).then(
    () => null,
    () => message('app.program-is-not-installed', { program: path.basename(program) }),
  );

/** polkit's pkexec keeps the pipes. */
const polkit = (pkexec: string): Elevator => ({
  missing: () => missingProgram(pkexec),
  async run(command, args) {
    if ((await missingProgram(pkexec)) !== null)
      return fail('rights.not-root', message('app.pkexec-missing'), {
        hint: message('app.install-pkexec', { list: args.join(' ') }),
      });
    const child = spawn(pkexec, [...command, ...args], {
      stdio: 'pipe',
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        DISPLAY: process.env['DISPLAY'] ?? '',
        XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? '',
        DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '',
      },
    });
    let stderrText = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderrText = (stderrText + String(chunk)).slice(-16_384);
    });
    // pkexec exits with this code both for a user without authorisation and for a session without an agent.
    const exited = exitOf(child).then((code) =>
      code === notAuthorised && !/not authorized/i.test(stderrText) ? noPromptShown : code,
    );
    return ok({ ...throughPipes(child), exited });
  },
});

/** No prompt: the user of the app has the rights already. */
export const noElevation: Elevator = {
  missing: () => Promise.resolve(null),
  run([program = '', ...first], args) {
    const child = spawn(program, [...first, ...args], { stdio: 'pipe' });
    return Promise.resolve(ok({ ...throughPipes(child), exited: exitOf(child) }));
  },
};

function throughPipes(child: ChildProcessWithoutNullStreams): Omit<ElevatedChild, 'exited'> {
  child.stdin.on('error', () => undefined);
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    writeLine: (line) => {
      child.stdin.write(`${line}\n`);
    },
  };
}

/** How a system prompts: a program, its arguments, additional environment, and the meaning of its exit. */
interface ElevationPrompt {
  readonly program: string;
  args(command: readonly string[]): readonly string[];
  environment(command: readonly string[]): Readonly<Record<string, string>>;
  /** The elevated command's exit code, from the exit code and stderr of the program that prompts. */
  code(code: number | string, stderr: string): number | string;
}

/**
 * The text of the script never changes: the command is passed as arguments, quoted by AppleScript itself for
 * the one shell that macOS requires.
 */
const appleScript = [
  'on run argv',
  'set theCommand to ""',
  'repeat with onePart in argv',
  'set theCommand to theCommand & quoted form of (onePart as text) & " "',
  'end repeat',
  'do shell script theCommand with administrator privileges',
  'end run',
];

const macPrompt = (program: string): ElevationPrompt => ({
  program,
  args: (command) => [...appleScript.flatMap((line) => ['-e', line]), ...command],
  environment: () => ({}),
  code: (code, stderr) =>
    /\(-128\)/.test(stderr) ? dismissed : /\(-60005\)|\(-60007\)/.test(stderr) ? notAuthorised : code,
});

/**
 * Nor does this one: program and arguments are passed in the environment of this process, which the elevated
 * one does not get.
 */
const powershell = [
  '$ErrorActionPreference = "Stop"',
  'try { $p = Start-Process -FilePath $env:BULKHEAD_PROGRAM -ArgumentList $env:BULKHEAD_ARGUMENTS -Verb ' +
    'RunAs -WindowStyle Hidden -Wait -PassThru } catch { exit 126 }',
  'exit $p.ExitCode',
].join('; ');

const windowsPrompt = (program: string): ElevationPrompt => ({
  program,
  args: () => ['-NoProfile', '-NonInteractive', '-Command', powershell],
  environment: ([file = '', ...args]) => ({
    BULKHEAD_PROGRAM: file,
    BULKHEAD_ARGUMENTS: args.map(windowsArgument).join(' '),
  }),
  code: (code) => code,
});

/** One argument quoted for the parser of Windows programs (CommandLineToArgvW). */
export function windowsArgument(text: string): string {
  if (text !== '' && !/[\s"]/.test(text)) return text;
  // Backslashes are doubled before a quote, and at the end, before our own quote.
  return `"${text.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/**
 * Neither system passes pipes on: the elevated command connects to a socket of ours instead, which only this
 * user can reach.
 */
function throughSocket(prompt: ElevationPrompt): Elevator {
  const run: Elevator['run'] = async (command, args) => {
    let directory: string;
    try {
      directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-'));
    } catch (cause) {
      return fail('settings.unwritable', message('app.file-unwritable', { os: os.tmpdir() }), { cause });
    }
    const place =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\bulkhead-${randomBytes(16).toString('hex')}`
        : path.join(directory, 'events.sock');
    const stdout = new PassThrough();
    let connected: net.Socket | undefined;
    const server = net.createServer((socket) => {
      // The first connection is ours; the path is known to nobody else.
      if (connected !== undefined) {
        socket.destroy();
        return;
      }
      connected = socket;
      socket.on('error', () => undefined).pipe(stdout);
    });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(place, resolve);
      });
    } catch (cause) {
      await rm(directory, { recursive: true, force: true });
      return fail('internal', message('app.elevated-output-unreadable'), { cause });
    }
    const fullCommand = [...command, ...args, '--events-to', place];
    const child = spawn(prompt.program, [...prompt.args(fullCommand)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...prompt.environment(fullCommand) },
      windowsHide: true,
    });
    let stderrText = '';
    const stderr = new PassThrough();
    child.stderr.on('data', (chunk: Buffer) => {
      stderrText = (stderrText + String(chunk)).slice(-16_384);
    });
    child.stderr.pipe(stderr);
    const exited = exitOf(child).then(async (code) => {
      server.close();
      if (connected === undefined) stdout.end();
      else if (!connected.readableEnded)
        await new Promise<void>((resolve) => {
          connected?.once('close', () => {
            resolve();
          });
          setTimeout(resolve, 2000).unref();
        });
      stdout.end();
      await rm(directory, { recursive: true, force: true }).catch(() => undefined);
      return prompt.code(code, stderrText);
    });
    return ok({
      stdout,
      stderr,
      writeLine: (line) => {
        if (connected?.writable === true) connected.write(`${line}\n`);
      },
      exited,
    });
  };
  return { missing: () => missingProgram(prompt.program), run };
}

function exitOf(child: ReturnType<typeof spawn>): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve(code ?? signal ?? 'unknown');
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
}
