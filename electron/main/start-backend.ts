import path from 'node:path';
import { app, type BrowserWindow } from 'electron';
import packageJson from '../../package.json' with { type: 'json' };
import type { DesktopState } from '../../shared/ipc/app-state.ts';
import { targetArguments } from '../../shared/targets/target-arguments.ts';
import { engineAtRoot, parseTargetId, type TargetRef } from '../../shared/targets/target-id.ts';
import { createDesktop, type DesktopOptions } from './desktop/desktop.ts';
import { elevation } from '../session/elevation.ts';
import { elevatedCommand, noElevation } from '../session/elevator.ts';
import { markStartStep, msSinceProcessStart, startStepsText, writeScreenshot } from './first-frame.ts';
import { allHandlers } from './handlers/index.ts';
import { handleRequest, type Handlers } from './ipc/handle-request.ts';
import type { RequestDispatcher } from './ipc/register.ts';
import { sendEvent } from './ipc/send.ts';
import type { AppOptions } from './options.ts';
import { programRoot } from './window/places.ts';
import type { UserStore } from '../session/preferences.ts';
import { installQuitHandlers } from './quit.ts';
import { openSession, type Session } from '../session/session.ts';
import { openSessions, type Sessions } from '../session/sessions.ts';
import type { Message } from '../../shared/messages/message.ts';

// The second half of the composition root: creates and connects everything that serves the window.
const projectRoot = programRoot();
const bulkheadCommand = path.join(projectRoot, 'bin', 'bulkhead');
const isRoot = process.getuid?.() === 0;

export interface BackendOptions {
  readonly users: UserStore;
  readonly options: AppOptions;
  /** The window stays hidden: it paints nothing. */
  readonly hidden: boolean;
  /** Receives the dispatcher of the page's requests. */
  readonly onDispatcher: (dispatcher: RequestDispatcher) => void;
  /** Resolves when the first frame is on screen. */
  readonly painted: Promise<void>;
  readonly report: (error: unknown) => void;
  readonly onSessions: (sessions: Sessions) => void;
  /** Called when the first frame is on screen. */
  readonly onShown: () => void;
}

/** Opens the engine and serves the window's requests. */
export async function startBackend(
  window: BrowserWindow,
  { users, options, hidden, painted, report, onSessions, onDispatcher, onShown }: BackendOptions,
): Promise<void> {
  const opened = openSessions(firstTarget(options, users), (ref) =>
    open(ref, users, { window, desktop: () => desktop.state(), elevationMissing: rights.missing }),
  );
  onSessions(opened);
  const rights = elevation({
    bulkheadCommand: elevatedCommand(projectRoot),
    target: elevatedArguments,
    ...(isRoot ? { elevator: noElevation } : {}),
  });
  const actOnEngine: DesktopOptions['act'] = (action, engine) => {
    const name = action === 'verify' ? 'verify:run' : 'engine:start';
    return opened.withEngine<unknown>(engine, async (session) => handlers[name](undefined, session));
  };
  const preferences = () => users.preferences();
  const desktop = createDesktop({ window: () => window, preferences, report, act: actOnEngine });
  const context = { sessions: opened, users, desktop, elevation: rights, window: () => window };
  const handlers: Handlers = allHandlers(context);
  onDispatcher((name, message) => handleRequest(name, handlers, message, { sessions: opened, report }));
  let first = true;
  opened.onOpened((session) => {
    // Before anything else: elevated commands are about this engine from now on.
    openTargetRef = session.target.ref;
    users.setLastTarget(session.target.id);
    // Later state of the closed engine's session is not forwarded.
    desktop.follow(session);
    session.state.onChange((parts) => {
      if (openTargetRef === session.target.ref) sendEvent(window, 'changed', parts);
    });
    if (first) {
      first = false;
      return;
    }
    sendEvent(window, 'changed', session.state.get());
    void complete(session, report).catch(report);
  });
  const session = await opened;
  markStartStep('session');
  installQuitHandlers({ app, window, sessions: opened, desktop, report });

  if (!hidden) await painted;
  onShown();
  if (options.reportShown) console.log('shown');
  if (options.measure)
    console.log(`first interactive frame: ${msSinceProcessStart()} ms (${startStepsText()})`);
  void desktop.detect().catch(report);
  // If another engine was opened meanwhile, that one is complete already, and this one is closed.
  if ((await opened) === session) await complete(session, report);
  if (options.screenshot !== null) {
    await writeScreenshot(window, options.screenshot);
    console.log(`screenshot: ${options.screenshot}`);
  }
}

/** What an opened engine needs once its first frame is shown. */
async function complete(session: Session, report: (error: unknown) => void): Promise<void> {
  await resumeInterrupted(session, report);
  await session.loadRest();
}

/**
 * The open engine, for the elevated command line; and the requesting user, whom not every system passes to
 * it.
 */
let openTargetRef: TargetRef | undefined;
function elevatedArguments(): readonly string[] | null {
  if (openTargetRef === undefined) return null;
  const user = process.getuid === undefined ? [] : ['--session-user', String(process.getuid())];
  return [...targetArguments(openTargetRef), ...user];
}

/** The engine requested at the start, the last one used, else the first one found. */
async function firstTarget(options: AppOptions, users: UserStore): Promise<TargetRef> {
  const known = options.target ?? parseTargetId(users.lastTarget() ?? '');
  if (known !== null) return known;
  const [{ discoverTargets }, { defaultRoot }] = await Promise.all([
    import('../../engine/targets/discover.ts'),
    import('../../engine/base/root-paths.ts'),
  ]);
  const [found] = await discoverTargets({ roots: [] });
  return found?.ref ?? engineAtRoot(defaultRoot);
}

async function open(
  ref: TargetRef,
  users: UserStore,
  {
    window,
    desktop,
    elevationMissing,
  }: {
    readonly window: BrowserWindow;
    readonly desktop: () => DesktopState;
    readonly elevationMissing: () => Promise<Message | null>;
  },
): Promise<Session> {
  const { openTargetRef: openRef } = await import('../../engine/targets/open.ts');
  const target = await openRef(ref, {
    bulkheadCommand,
    projectRoot,
    elevationMissing,
    recreatePolicy: async (request) =>
      (await import('../../gateway/explain/recreations.ts')).refusedRecreations(request),
  });
  if (!target.ok) throw new Error(target.error.message);
  return openSession(target.value, users, {
    appVersion: app.getVersion(),
    runtime: {
      electron: process.versions.electron,
      node: process.versions.node,
      fallback: process.versions.electron !== packageJson.devDependencies.electron,
    },
    isRoot,
    desktop,
    onLog: (line) => {
      sendEvent(window, 'log', line);
    },
  });
}

/**
 * An apply that a crash interrupted is finished or rolled back before anything else is done; only root can.
 */
async function resumeInterrupted(session: Session, report: (error: unknown) => void): Promise<void> {
  if (!isRoot) return;
  const { applyListener, settleApply } = await import('./handlers/apply.ts');
  const resumed = await session.target.resume(applyListener(session));
  if (!resumed.ok) report(resumed.error);
  else if (resumed.value !== null) await settleApply(session, resumed.value);
}
