import path from 'node:path';
import { app, nativeTheme, session as electronSession, type BrowserWindow } from 'electron';
import { rootPaths } from '../../engine/drivers/root-paths.ts';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { elevation } from './elevation.ts';
import { sinceProcessStart, writeScreenshot } from './first-frame.ts';
import { allHandlers } from './handlers/index.ts';
import { registerIpc, sendEvent } from './ipc/register.ts';
import { parseOptions } from './options.ts';
import { openUserStore } from './preferences.ts';
import { hardenCommandLine, hardenContents, hardenSession } from './security.ts';
import { openSession, type Session } from './session.ts';
import { claimInstance } from './single-instance.ts';
import { openWindow, preloadPath, setMenu } from './window.ts';

// The composition root: everything is made and wired here, in the order in which a cold start needs it.
const options = parseOptions(process.argv, process.env, process.cwd());
const projectRoot = app.getAppPath();
const bulkheadCommand = path.join(projectRoot, 'bin', 'bulkhead');
const isRoot = process.getuid?.() === 0;
const report = (error: unknown) => { console.error('bulkhead: defect:', error); };

registerAppScheme();
hardenCommandLine();
hardenContents();
const userDirectory = claimInstance(rootPaths(options.root).id, () => window);
let window: BrowserWindow | undefined;

async function start(users: ReturnType<typeof openUserStore>): Promise<void> {
  await app.whenReady();
  nativeTheme.themeSource = users.preferences().theme;
  setMenu();
  hardenSession(electronSession.defaultSession);
  serveApp(electronSession.defaultSession, path.join(projectRoot, 'dist', 'renderer'));

  const opening = open(users);
  const painted = new Promise<void>((resolve) => {
    registerIpc(allHandlers({ session: opening, users, elevation: elevation({ bulkheadCommand, root: options.root }), window: () => window }), resolve, report);
  });
  window = openWindow(users, preloadPath(__dirname), !app.isPackaged);
  const shown = window;
  const session = await opening;
  session.state.onChange((parts) => { sendEvent(shown.webContents, 'changed', parts); });
  quitGently(session, shown);

  await painted;
  if (options.measure) console.log(`first interactive frame: ${sinceProcessStart()} ms`);
  await resumeInterrupted(session);
  await session.loadRest();
  if (options.screenshot !== null) {
    await writeScreenshot(shown, options.screenshot);
    console.log(`screenshot: ${options.screenshot}`);
  }
}

/** The engine's modules are loaded while the window is loading its page. */
async function open(users: ReturnType<typeof openUserStore>): Promise<Session> {
  const { openTarget } = await import('../../engine/target.ts');
  return openSession(openTarget(options.root, { bulkheadCommand, projectRoot }), users, {
    appVersion: app.getVersion(), isRoot, onLog: (line) => { sendEvent(window?.webContents, 'log', line); },
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

/** Closing the window quits, but neither in the middle of an apply nor with a draft that is not written yet. */
function quitGently(session: Session, shown: BrowserWindow): void {
  const applying = () => { const { run } = session.state.get(); return run !== null && run.activity !== 'ended'; };
  shown.on('close', (event) => {
    if (!applying()) return;
    event.preventDefault();
    shown.hide();
    const stop = session.state.onChange(() => { if (!applying()) { stop(); shown.destroy(); app.quit(); } });
  });
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void session.close().catch(report).finally(() => { closed = true; app.quit(); });
  });
}

app.on('window-all-closed', () => { app.quit(); });
process.on('unhandledRejection', report);
if (userDirectory !== null) {
  start(openUserStore(userDirectory)).catch((error: unknown) => { report(error); app.exit(1); });
}
