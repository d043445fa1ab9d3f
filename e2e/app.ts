import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { rootPaths, type RootPaths } from '../engine/base/root-paths.ts';
import { readEngineState } from '../engine/targets/embedded/engine-state.ts';
import { isEngineRequest } from '../shared/ipc/channels.ts';
import type { AppState } from '../shared/ipc/app-state.ts';
import type { IpcInput, IpcOutput, IpcRequest } from '../shared/ipc/contract.ts';
import type { AppError, Result } from '../shared/result.ts';
import { preferEngine } from '../tests/support/engine-priority.ts';
import { docker, importBusybox, removeEngineRoot } from '../tests/support/real-engine.ts';
import { startDisplay, type Display } from './display.ts';
import type { OrdinaryUser } from './ordinary-user.ts';

const run = promisify(execFile);
const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const bulkheadCommand = path.join(project, 'bin', 'bulkhead');
const screenshots = path.join(project, 'artifacts', 'screenshots');

/** `bulkhead …`; rejects with stderr in the message. */
export async function bulkhead(...args: string[]): Promise<string> {
  return (await run(bulkheadCommand, args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
}

/** A request in the preload's form. */
type BridgeMessage = readonly [name: string, input: unknown, engine: string | null];

/** One engine's root for one test file, with or without a running engine, and the windows opened on it. */
export interface Stage {
  readonly paths: RootPaths;
  /** `docker …` through the gateway. */
  docker(...args: string[]): Promise<string>;
  /** `docker …` on the engine's own socket, without the gateway. */
  engineDocker(...args: string[]): Promise<string>;
  /** Opens the app on this root. Every opened window is closed by `end`. */
  open(options?: OpenOptions): Promise<AppWindow>;
  /** Closes windows, stops the engine, unmounts, deletes. Safe to call twice. */
  end(): Promise<void>;
}

export interface OpenOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The user of the app; default: the one who runs the tests. */
  readonly user?: OrdinaryUser;
  /** Keep the user's store of an earlier window of this stage. Default false. */
  readonly sameUser?: boolean;
}

/** An open app: Playwright's handle of it, and its page. */
export interface AppWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** The output of the main process. */
  readonly output: () => string;
  /** Errors of the page (exceptions, refused content), collected. */
  readonly pageErrors: string[];
  /** Sends one request of the contract, like the page. */
  request<K extends IpcRequest>(name: K, input: IpcInput<K>): Promise<Result<IpcOutput<K>, AppError>>;
  /** The current state in the main process. */
  state(): Promise<AppState>;
  /** Resolves with the first matching state; rejects after `ms` with the last one in the message. */
  until(what: string, fits: (state: AppState) => boolean, ms?: number): Promise<AppState>;
  /** Writes artifacts/screenshots/NAME.png. */
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Start the embedded engine and import busybox. */
  readonly engine: boolean;
  /** Files that exist before the engine starts the first time. */
  readonly prepare?: (paths: RootPaths) => Promise<void>;
  /** Environment of the engine, in addition to this process's. */
  readonly engineEnv?: Readonly<Record<string, string>>;
}

/** Creates a stage. Always pair with `end`, also after a failed test. */
export async function setStage({ engine, engineEnv = {}, prepare }: StageOptions): Promise<Stage> {
  for (const file of [
    'dist/electron/main.cjs',
    'dist/renderer/index.html',
    'dist/cli/main.cjs',
    'dist/gateway/main.cjs',
  ]) {
    if (!existsSync(path.join(project, file)))
      throw new Error(`${file} is not there: run \`npm run build\` first`);
  }
  const display = await startDisplay();
  const root = await mkdtemp('/tmp/bh-');
  const users = await mkdtemp('/tmp/bulkhead-user-');
  const paths = rootPaths(root);
  const windows = new Set<AppWindow>();
  let opened = 0;
  const stage: Stage = {
    paths,
    docker: (...args) => docker(paths.clientSocket, ...args),
    engineDocker: (...args) => docker(paths.engineSocket, ...args),
    async open(options = {}) {
      const user = path.join(
        options.user?.home ?? users,
        options.sameUser === true ? String(opened) : String(++opened),
      );
      const window = await openApp(root, user, display, options, () => {
        windows.delete(window);
      });
      windows.add(window);
      return window;
    },
    async end() {
      // A failure with one of them must not leave the rest behind.
      const outcomes = [
        await settle(Promise.all([...windows].map((window) => window.close()))),
        await settle(endEngine(paths)),
        await settle(display.stop()),
        await settle(rm(users, { recursive: true, force: true })),
      ];
      for (const outcome of outcomes) if (outcome !== null) throw outcome;
    },
  };
  try {
    await prepare?.(paths);
    if (!engine) return stage;
    await run(bulkheadCommand, ['engine', 'start', '--root', root], {
      env: { ...process.env, ...engineEnv },
    });
    const state = await readEngineState(paths);
    if (state?.dockerd) await preferEngine(state.dockerd.pid);
    await importBusybox(paths.clientSocket);
    return stage;
  } catch (error) {
    await stage.end();
    throw error;
  }
}

const settle = (work: Promise<unknown>): Promise<Error | null> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );

/**
 * Stops everything that runs under a root and deletes it. The run directory is on a tmpfs outside of it and
 * has mounts of its own.
 */
async function endEngine(paths: RootPaths): Promise<void> {
  if (!existsSync(paths.root)) return;
  await bulkhead('engine', 'stop', '--root', paths.root).catch(() => undefined);
  await removeEngineRoot(paths.root);
}

async function openApp(
  root: string,
  user: string,
  display: Display,
  options: OpenOptions,
  onClose: () => void,
): Promise<AppWindow> {
  const electron = (
    await run(process.execPath, [path.join(project, 'scripts', 'electron-path.mjs')])
  ).stdout.trim();
  const executablePath = (await options.user?.startingAs(electron)) ?? electron;
  // Chromium's sandbox refuses to run as root, and may be refused where root runs the tests.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath,
    cwd: project,
    colorScheme: null,
    args: [...sandbox, project, '--root', root, `--user-data-dir=${user}`, ...(options.args ?? [])],
    // A fixed language, so that the texts do not depend on the machine's.
    env: { ...environment(), DISPLAY: display.name, LANG: 'en_US.UTF-8', LANGUAGE: 'en', ...options.env },
  });
  // Stored at the start: Playwright drops the process once the app has ended by itself.
  const child = app.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output = (output + String(chunk)).slice(-64_000);
    });
  const page = await app.firstWindow();
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => {
    pageErrors.push(error.message);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') pageErrors.push(message.text());
  });
  page.setDefaultTimeout(60_000);
  let closed = false;
  const send = (...message: BridgeMessage): Promise<unknown> =>
    page.evaluate((sent) => {
      type Bridge = { request(...message: BridgeMessage): Promise<unknown> };
      const bridge = Reflect.get(globalThis, 'bulkhead') as Bridge;
      return bridge.request(...sent);
    }, message);
  const request: AppWindow['request'] = async (name, input) => {
    const engine = isEngineRequest(name) ? (await state()).target.id : null;
    // The contract's definition of `name`.
    return (await send(name, input, engine)) as Awaited<ReturnType<AppWindow['request']>> as never;
  };
  const state = async (): Promise<AppState> => {
    const answer = await request('app:state', undefined);
    if (!answer.ok) throw new Error(`app:state: ${answer.error.message}`);
    return answer.value;
  };
  return {
    app,
    page,
    pageErrors,
    output: () => output,
    request,
    state,
    async until(what, fits, ms = 60_000) {
      for (const deadline = Date.now() + ms; ;) {
        const now = await state();
        if (fits(now)) return now;
        if (Date.now() > deadline)
          throw new Error(
            `not within ${ms} ms: ${what}; engine ${now.engine.phase}, ` +
              `run ${now.run?.activity ?? 'none'}, ` +
              JSON.stringify({
                settings: now.settings,
                problem: now.engine.problem,
                outcome: now.run?.outcome,
                scanError: now.scanError,
                alerts: await page.getByRole('alert').allInnerTexts(),
                dialogs: await page.getByRole('dialog').allInnerTexts(),
              }),
          );
        // Waits for the next change, or briefly: one may have happened between reading and subscribing.
        await page.evaluate(
          () =>
            new Promise<void>((done) => {
              const stop = (
                Reflect.get(globalThis, 'bulkhead') as { on(e: string, l: () => void): () => void }
              ).on('changed', () => {
                stop();
                done();
              });
              setTimeout(() => {
                stop();
                done();
              }, 250);
            }),
        );
      }
    },
    async screenshot(name) {
      await mkdir(screenshots, { recursive: true });
      await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
    },
    async close() {
      if (closed) return;
      closed = true;
      onClose();
      if (child.exitCode !== null || child.signalCode !== null) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          const threads = threadStates(child.pid);
          child.kill('SIGKILL');
          reject(
            new Error(`the app did not end within 30 s of being closed: ${output.slice(-2000)}\n${threads}`),
          );
        }, 30_000);
      });
      try {
        await Promise.race([app.close(), late]);
      } finally {
        clearTimeout(timer);
      }
      // Playwright reports the window as closed when the process has ended.
      if (child.exitCode !== 0)
        throw new Error(`the app ended with ${child.signalCode ?? child.exitCode}: ${output.slice(-2000)}`);
    },
  };
}

/** What each thread of a process waits for in the kernel, a line each. */
function threadStates(pid: number | undefined): string {
  try {
    const threads = `/proc/${pid}/task`;
    const read = (thread: string, file: string) =>
      readFileSync(path.join(threads, thread, file), 'utf8')
        .trim()
        .replaceAll('\n', ' ');
    return readdirSync(threads)
      .map((thread) => `${thread} ${read(thread, 'comm')}: ${read(thread, 'stack')}`)
      .join('\n');
  } catch (error) {
    return `its threads could not be read: ${String(error)}`;
  }
}

/** The environment without unset variables, as required by Playwright. */
function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
