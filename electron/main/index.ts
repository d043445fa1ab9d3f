import path from 'node:path';
import { app, nativeTheme, session as electronSession, type BrowserWindow } from 'electron';
import { parseTargetId, targetId, type TargetRef } from '../../shared/targets/target.ts';
import { deepLinkScheme, parseDeepLink, type DeepLink } from '../../shared/desktop/deep-link.ts';
import type { DesktopState } from '../../shared/ipc/contract.ts';
import { ok } from '../../shared/result.ts';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { addressOf, createDesktop, showWindow, type Desktop } from './desktop/desktop.ts';
import { trayComing } from './desktop/tray.ts';
import { elevation } from './elevation.ts';
import { elevatedCommand } from './elevator.ts';
import { reached, sinceProcessStart, stepsReached, writeScreenshot } from './first-frame.ts';
import { allHandlers } from './handlers/index.ts';
import { registerIpc, sendEvent, type Handlers } from './ipc/register.ts';
import { parseOptions } from './options.ts';
import { appFiles, programRoot } from './places.ts';
import { openUserStore } from './preferences.ts';
import { hardenCommandLine, hardenContents, hardenSession } from './security.ts';
import { openSession, type Session } from './session.ts';
import { openSessions, type Sessions } from './sessions.ts';
import { claimInstance } from './single-instance.ts';
import { drawWithoutMissingGpu, openWindow, preloadPath, setMenu } from './window.ts';

// The composition root: everything is made and wired here, in the order in which a cold start needs it.
const options = parseOptions(process.argv, process.env, process.cwd());
const projectRoot = programRoot();
const bulkheadCommand = path.join(projectRoot, 'bin', 'bulkhead');
const isRoot = process.getuid?.() === 0;
const report = (error: unknown) => { console.error('bulkhead: defect:', error); };

reached('code');
registerAppScheme();
hardenCommandLine();
drawWithoutMissingGpu();
hardenContents();
let window: BrowserWindow | undefined;
let sessions: Sessions | undefined;
/** The tray asks for what the window's buttons do, by the same handlers. */
let trayHandlers: Pick<Handlers, 'verify:run' | 'engine:start'> | undefined;
// A second start shows the first one's window; where it names another engine or a place, that is opened in it.
const userDirectory = claimInstance(options.target, options.place, (target, place) => {
  if (target !== null) void sessions?.switchTo(target).then((switched) => { if (!switched.ok) report(switched.error); });
  show(place);
});

/** The place that was named while the first page was still being drawn, which would not have heard of it. */
let waiting: { readonly place: DeepLink | null } | 'none' | 'over' = 'none';
function show(place: DeepLink | null): void {
  if (waiting !== 'over') waiting = { place };
  showWindow(window, waiting === 'over' ? place : null);
}

async function start(users: ReturnType<typeof openUserStore>): Promise<void> {
  await app.whenReady();
  reached('ready');
  nativeTheme.themeSource = users.preferences().theme;
  setMenu();
  hardenSession(electronSession.defaultSession);
  const serving = serveApp(electronSession.defaultSession, path.join(appFiles(), 'dist', 'renderer'));

  // Only where a tray could show the window later; asked before anything is opened, so that nobody misses what is.
  const hidden = options.hidden && await trayComing();
  const opened = openSessions(firstTarget(users), async (ref) => {
    // The engine's modules are read while the page starts; earlier, they would keep its files from it.
    await serving;
    return open(ref, users, { desktop: () => desktop.state(), elevationMissing: rights.missing });
  });
  sessions = opened;
  const rights = elevation({ bulkheadCommand: elevatedCommand(projectRoot), target: targetArguments });
  const desktop = createDesktop({ window: () => window, preferences: () => users.preferences(), report, act: async (what) => trayHandlers?.[what === 'verify' ? 'verify:run' : 'engine:start'](undefined) ?? ok(null) });
  const painted = new Promise<void>((resolve) => {
    const handlers = allHandlers({ session: opened, sessions: opened, users, desktop, elevation: rights, window: () => window });
    registerIpc(handlers, resolve, report);
    trayHandlers = handlers;
  });
  window = openWindow(users, { preload: preloadPath(__dirname), devTools: !app.isPackaged, address: addressOf(options.place), hidden });
  const shown = window;
  reached('window');
  shown.webContents.once('dom-ready', () => { reached('page'); });
  let first = true;
  opened.onOpened((session) => {
    // Before anything else: what is elevated is about this engine from now on.
    openTargetRef = session.target.ref;
    users.setLastTarget(session.target.id);
    // What the closed engine's session still says is nobody's business any more.
    desktop.follow(session);
    session.state.onChange((parts) => { if (openTargetRef === session.target.ref) sendEvent(shown.webContents, 'changed', parts); });
    if (first) { first = false; return; }
    sendEvent(shown.webContents, 'changed', session.state.get());
    void complete(session).catch(report);
  });
  const session = await opened;
  reached('session');
  quitGently(opened, shown, desktop);

  // A hidden window paints nothing.
  if (!hidden) await painted;
  const named = waiting;
  waiting = 'over';
  if (named !== 'none' && named !== 'over') show(named.place);
  if (options.tellShown) console.log('shown');
  if (options.measure) console.log(`first interactive frame: ${sinceProcessStart()} ms (${stepsReached()})`);
  void desktop.look().catch(report);
  await complete(session);
  if (options.screenshot !== null) {
    await writeScreenshot(shown, options.screenshot);
    console.log(`screenshot: ${options.screenshot}`);
  }
}

/** What an opened engine needs once its first frame is shown. */
async function complete(session: Session): Promise<void> {
  await resumeInterrupted(session);
  await session.loadRest();
}

/** The engine that is open, for the elevated command line; and who asks, which not every system tells it. */
let openTargetRef: TargetRef | undefined;
function targetArguments(): readonly string[] | null {
  if (openTargetRef === undefined) return null;
  const user = process.getuid === undefined ? [] : ['--session-user', String(process.getuid())];
  return openTargetRef.kind === 'embedded' ? ['--root', openTargetRef.root, ...user] : ['--target', targetId(openTargetRef), ...user];
}

/** The engine named at start, the one used last, else the first that is found. */
async function firstTarget(users: ReturnType<typeof openUserStore>): Promise<TargetRef> {
  const known = options.target ?? parseTargetId(users.lastTarget() ?? '');
  if (known !== null) return known;
  const { defaultRoot, discoverTargets } = await import('../../engine/targets/discover.ts');
  const [found] = await discoverTargets({ roots: [] });
  return found?.ref ?? { kind: 'embedded', root: defaultRoot };
}

async function open(ref: TargetRef, users: ReturnType<typeof openUserStore>, { desktop, elevationMissing }: { readonly desktop: () => DesktopState; readonly elevationMissing: () => Promise<string | null> }): Promise<Session> {
  const { openTargetRef: openRef } = await import('../../engine/targets/open.ts');
  const target = await openRef(ref, { bulkheadCommand, projectRoot, elevationMissing });
  if (!target.ok) throw new Error(target.error.message);
  return openSession(target.value, users, {
    appVersion: app.getVersion(), isRoot, desktop, onLog: (line) => { sendEvent(window?.webContents, 'log', line); },
  });
}

/** An apply that a crash interrupted is finished or rolled back before anything else is done; only root can. */
async function resumeInterrupted(session: Session): Promise<void> {
  if (!isRoot) return;
  const { applyListener, settleApply } = await import('./handlers/apply.ts');
  const resumed = await session.target.resume(applyListener(session));
  if (!resumed.ok) report(resumed.error);
  else if (resumed.value !== null) await settleApply(session, resumed.value);
}

/** Closing the window quits, unless the person wants it to stay in the tray; but neither in the middle of an apply nor with a draft that is not written yet. */
function quitGently(opened: Sessions, shown: BrowserWindow, desktop: Desktop): void {
  // One that is about to begin, too: the question for a password outlives the window.
  const applying = (session: Session) => { const { run, busy } = session.state.get(); return busy.beginning || (run !== null && run.activity !== 'ended'); };
  let current: Session | undefined;
  void opened.then((session) => { current = session; });
  opened.onOpened((session) => { current = session; });
  let quitting = false;
  app.on('before-quit', () => { quitting = true; });
  shown.on('close', (event) => {
    if (!quitting && desktop.keepsInTray()) {
      event.preventDefault();
      shown.hide();
      return;
    }
    const session = current;
    if (session === undefined || !applying(session)) return;
    event.preventDefault();
    shown.hide();
    const stop = session.state.onChange(() => { if (!applying(session)) { stop(); shown.destroy(); app.quit(); } });
  });
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    desktop.close();
    void opened.close().catch(report).finally(() => { closed = true; app.quit(); });
  });
}

// macOS hands links to the running app this way; elsewhere they come as an argument of a second start. Not run on a real macOS.
app.on('open-url', (event, url) => {
  event.preventDefault();
  show(parseDeepLink(url));
});
if (app.isPackaged && process.platform !== 'linux') app.setAsDefaultProtocolClient(deepLinkScheme);
app.on('window-all-closed', () => { app.quit(); });
process.on('unhandledRejection', report);
// Whoever started the app may be gone: its words are nobody's then, and no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
if (userDirectory !== null) {
  start(openUserStore(userDirectory)).catch((error: unknown) => { report(error); app.exit(1); });
}
