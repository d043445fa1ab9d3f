import { app, nativeTheme, session as electronSession, type BrowserWindow, type Session } from 'electron';
import { deepLinkScheme, parseDeepLink, type DeepLink } from '../../shared/desktop/deep-link.ts';
import { desktopLabels } from '../../shared/desktop/labels.ts';
import { systemLanguage } from './desktop/system-language.ts';
import { sendEvent } from './ipc/send.ts';
import { registerAppScheme } from './window/app-protocol.ts';
import { endProcessAfterQuit } from './end-process.ts';
import { markStartStep, msSinceProcessStart } from './first-frame.ts';
import { registerIpc, type RequestDispatcher } from './ipc/register.ts';
import { parseOptions, type AppOptions } from './options.ts';
import { openUserStore, type UserStore } from '../session/preferences.ts';
import { hardenCommandLine, hardenContents, hardenSession } from './security.ts';
import { secondStartTargets } from './second-start.ts';
import { claimInstance } from './single-instance.ts';
import {
  addressOf,
  disableGpuWithoutDevice,
  openWindow,
  preloadPath,
  setMenu,
  showWindow,
} from './window/window.ts';

// The first half of the composition root, in the order that a cold start needs: only what the window needs to
// open is imported here.
let window: BrowserWindow | undefined;
const report = (error: unknown) => {
  console.error('bulkhead: defect:', error);
};

/** Serves the page as `app://bulkhead/…`; resolves once the page has loaded its files. */
export type ServePages = (session: Session) => Promise<void>;

interface Start {
  readonly options: AppOptions;
  readonly targets: ReturnType<typeof secondStartTargets>;
  readonly servePages: ServePages;
}

/** The place that was requested before the first page was rendered, which would have missed it. */
let pendingPlace: { readonly place: DeepLink | null } | 'none' | 'delivered' = 'none';
function show(place: DeepLink | null): void {
  if (pendingPlace !== 'delivered') pendingPlace = { place };
  showWindow(window, pendingPlace === 'delivered' ? place : null);
}

async function start(users: UserStore, { options, targets, servePages }: Start): Promise<void> {
  await app.whenReady();
  markStartStep('ready');
  nativeTheme.themeSource = users.preferences().theme;
  setMenu({
    labels: desktopLabels(users.preferences().language, systemLanguage()),
    onZoom: (change) => {
      sendEvent(window, 'zoom', { change });
    },
  });
  hardenSession(electronSession.defaultSession);
  const served = servePages(electronSession.defaultSession);
  // Only if a tray could show the window later; checked before anything is opened.
  const hidden = options.hidden && (await (await import('./desktop/tray.ts')).waitForTray());
  window = openWindow(users, {
    preload: preloadPath(__dirname),
    devTools: !app.isPackaged,
    address: addressOf(options.place),
    hidden,
  });
  window.webContents.once('dom-ready', () => {
    markStartStep('page');
  });
  window.once('ready-to-show', () => {
    if (options.measure) console.log(`first frame: ${msSinceProcessStart()} ms`);
  });
  markStartStep('window');
  const initialWindow = window;
  let onDispatcher: (dispatcher: RequestDispatcher) => void = () => undefined;
  const dispatcher = new Promise<RequestDispatcher>((resolve) => {
    onDispatcher = resolve;
  });
  const painted = new Promise<void>((resolve) => {
    registerIpc(dispatcher, resolve);
  });
  // Loaded while the page runs its scripts for the first time; earlier, it would delay them.
  await served;
  const { startBackend } = await import('./start-backend.ts');
  const onShown = () => {
    const named = pendingPlace;
    pendingPlace = 'delivered';
    if (named !== 'none' && named !== 'delivered') show(named.place);
  };
  await startBackend(initialWindow, {
    users,
    hidden,
    painted,
    report,
    onDispatcher,
    onShown,
    options: { ...options, target: targets.first() },
    onSessions: (opened) => {
      targets.attach(opened);
    },
  });
}

/** Starts the app, with the window's page from `servePages`. Ends the process if the app is open already. */
export function startApp(servePages: ServePages): void {
  const options = parseOptions(process.argv, process.env, process.cwd());
  markStartStep('code');
  registerAppScheme();
  hardenCommandLine();
  disableGpuWithoutDevice();
  hardenContents();
  const targets = secondStartTargets(options.target, report);
  // A second start shows the first one's window; if it names another engine or a place, that is opened in it.
  const userDirectory = claimInstance(options.target, options.place, (target, place) => {
    if (target !== null) targets.open(target);
    show(place);
  });
  listenToApp();
  if (userDirectory !== null) {
    start(openUserStore(userDirectory), { options, targets, servePages }).catch((error: unknown) => {
      report(error);
      app.exit(1);
    });
  }
}

/** Links and the end of the app; a defect or a closed output stream does not end it. */
function listenToApp(): void {
  // macOS passes links to the running app in this way; elsewhere they are an argument of a second start. Not
  // run on a real macOS.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    show(parseDeepLink(url));
  });
  if (app.isPackaged && process.platform !== 'linux') app.setAsDefaultProtocolClient(deepLinkScheme);
  app.on('window-all-closed', () => {
    app.quit();
  });
  endProcessAfterQuit(app);
  process.on('unhandledRejection', report);
  // The process that started the app may have ended: its output is lost then, which is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
