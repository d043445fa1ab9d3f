import { app, shell, type Session } from 'electron';
import { appOrigin } from './ipc/sender.ts';
import { appScheme } from './window/app-protocol.ts';

/** Pages outside the app that a link may open in the user's browser. Prefixes of whole path components. */
const externalAllowList: readonly string[] = ['https://docs.docker.com/', 'https://docs.kernel.org/'];

/** True when `url` may be passed to the system's browser: https, no credentials, no port, on the list. */
export function mayOpenExternally(url: string): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return false;
  }
  if (parsed.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '' || parsed.port !== '')
    return false;
  return externalAllowList.some((allowed) => parsed.href.startsWith(allowed));
}

const ownUrl = (url: string): boolean => url === appOrigin || url.startsWith(`${appOrigin}/`);

/**
 * Switches that must be set before the app is ready: the renderer's process can resolve no host name. The
 * main process is not affected.
 */
export function hardenCommandLine(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.commandLine.appendSwitch('disable-background-networking');
}

/** Denies a session every permission, device and request that is not for a file of the app. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => {
    decide(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, decide) => {
    const scheme = details.url.slice(0, details.url.indexOf(':'));
    decide({
      cancel: !(scheme === appScheme || scheme === 'devtools' || scheme === 'data' || scheme === 'blob'),
    });
  });
  session.on('will-download', (event) => {
    event.preventDefault();
  });
}

/** For every web contents: no navigation to another page, no new window, no webview. */
export function hardenContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    const guard = (event: { preventDefault(): void }, url: string) => {
      if (!ownUrl(url)) event.preventDefault();
    };
    contents.on('will-navigate', (event) => {
      guard(event, event.url);
    });
    contents.on('will-redirect', (event) => {
      guard(event, event.url);
    });
    contents.on('will-frame-navigate', (event) => {
      guard(event, event.url);
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpenExternally(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
}
