import { randomBytes } from 'node:crypto';
import { app, type Session } from 'electron';
import { appScheme, contentSecurityPolicy, withNonce } from '../main/window/app-protocol.ts';

/**
 * The address of Vite's development server, as passed by `npm run dev`. Throws unless it is a port of this
 * machine's loopback interface.
 */
export function devServerOf(text: string | undefined): URL {
  const server = new URL(text ?? '');
  if (server.protocol !== 'http:' || server.hostname !== '127.0.0.1' || server.pathname !== '/')
    throw new Error(`the development server must be http://127.0.0.1:PORT/, not ${server.href}`);
  return server;
}

/**
 * The product's policy plus what Vite needs: its inline scripts under the page's nonce, style elements of the
 * development builds of packages, and its WebSocket.
 */
export function devContentSecurityPolicy(nonce: string, server: URL): string {
  const more = new Map([
    ['script-src', `script-src 'self' 'nonce-${nonce}'`],
    ['style-src', "style-src 'self' 'unsafe-inline'"],
    ['connect-src', `connect-src 'self' ws://${server.host}`],
  ]);
  return contentSecurityPolicy(nonce)
    .split('; ')
    .map((directive) => more.get(directive.split(' ', 1)[0] ?? '') ?? directive)
    .join('; ');
}

/**
 * Lets the page's process reach the loopback address, and no host name. After `startApp`: the last switch
 * counts.
 */
export function allowLoopback(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND, EXCLUDE 127.0.0.1');
}

/**
 * Serves the development server's files as `app://bulkhead/…`, so that the page has the same origin as the
 * product's, and lets it open Vite's WebSocket. After `hardenSession`: a session has one listener for
 * requests. Resolves once the first page is served.
 */
export function serveFromDevServer(session: Session, server: URL): Promise<void> {
  session.webRequest.onBeforeRequest((details, decide) => {
    const { protocol, host } = new URL(details.url);
    decide({
      cancel: !(
        [`${appScheme}:`, 'devtools:', 'data:', 'blob:'].includes(protocol) ||
        (protocol === 'ws:' && host === server.host)
      ),
    });
  });
  return new Promise((resolve) => {
    session.protocol.handle(appScheme, async (request) => {
      const { pathname, search } = new URL(request.url);
      // This header distinguishes a link of a style sheet from an import.
      const accept = request.headers.get('accept') ?? '*/*';
      const response = await fetch(new URL(`${pathname}${search}`, server), { headers: { accept } });
      const type = response.headers.get('content-type') ?? 'application/octet-stream';
      const nonce = randomBytes(16).toString('base64');
      const isPage = type.startsWith('text/html');
      if (isPage) resolve();
      return new Response(isPage ? withNonce(await response.text(), nonce) : await response.arrayBuffer(), {
        status: response.status,
        headers: {
          'content-type': type,
          'content-security-policy': devContentSecurityPolicy(nonce, server),
          'cache-control': 'no-store',
        },
      });
    });
  });
}
