import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { protocol, type Session } from 'electron';

export const appScheme = 'app';
export const appHost = 'bulkhead';
export const appUrl = `${appScheme}://${appHost}/index.html`;
/**
 * Placeholder for nonces in the page (`html.cspNonce` of the renderer's build); a new nonce replaces it at
 * every load.
 */
const noncePlaceholder = '__CSP_NONCE__';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Hash of the empty text. Emotion creates empty style elements and fills them through the object model, to
 * which a policy does not apply.
 */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/** Hash of the one rule that MUI adds to the page while the colour scheme changes, so that nothing fades. */
const noTransitions = "'sha256-GNF74DLkXb0fH3ILHgILFjk1ozCF3SNXQ5mQb7WLu/Y='";

/**
 * Scripts come from files of the app only. Style elements with text, as created by CodeMirror, need the nonce
 * of the page's `<meta property="csp-nonce">`.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}' ${emptyStyle} ${noTransitions}`,
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "object-src 'none'",
    "worker-src 'none'",
  ].join('; ');
}

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/**
 * Serves the built renderer in `directory` as `app://bulkhead/…` to `session`. Resolves once the page has
 * what it runs first: from then on it has work of its own to do, and this thread, which serves its files, may
 * be busy.
 */
export function serveApp(session: Session, directory: string): Promise<void> {
  return new Promise((resolve) => {
    const awaited = new Set<string>();
    const delivered = ({ url }: { readonly url: string }) => {
      if (!awaited.delete(url) || awaited.size > 0) return;
      session.webRequest.onCompleted(null);
      session.webRequest.onErrorOccurred(null);
      resolve();
    };
    session.webRequest.onCompleted(delivered);
    session.webRequest.onErrorOccurred(delivered);
    // Not protocol.handle(): it passes each file through fetch's Response and two streams.
    session.protocol.registerBufferProtocol(appScheme, ({ method, url }, callback) => {
      const response = respond(method, url, directory);
      if (response.headers['content-type'] === contentTypes['.html'])
        for (const file of filesRunFirst(response.data.toString('utf8')))
          awaited.add(new URL(file, url).href);
      callback(response);
    });
  });
}

/**
 * Scripts and styles of a built page, as referenced in it, and the module that runs after its first frame.
 * Without those that it only preloads: the page takes them over when the first script has run.
 */
function filesRunFirst(html: string): string[] {
  return [...html.matchAll(/<(?!link rel="modulepreload")[^>]*>/g)].flatMap(([tag]) =>
    [...tag.matchAll(/ (?:src|href|data-module)="([^"]+\.(?:js|css))"/g)].map(([, file = '']) => file),
  );
}

/**
 * File below `directory` for `url`, null for anything else: another host, `..` in any encoding, a NUL, a
 * backslash.
 */
export function fileOf(url: string, directory: string): string | null {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (parsed.protocol !== `${appScheme}:` || parsed.host !== appHost) return null;
  let pathname: string;
  try {
    pathname = decodeURIComponent(parsed.pathname);
  } catch {
    return null;
  }
  if (pathname.includes('\0') || pathname.includes('\\') || pathname.split('/').includes('..')) return null;
  const file = path.join(directory, pathname === '/' || pathname === '' ? 'index.html' : pathname);
  const relative = path.relative(directory, file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? null : file;
}

/** Response to one request of the page. */
export interface ProtocolResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly data: Buffer;
}

/**
 * The response to one request of the page. Refusals have the same headers as pages. No
 * cross-origin-opener-policy: no other page can open this one or be opened by it (security.ts), and Chromium
 * would start a second renderer process for the header, 40 ms of a start.
 */
export function respond(method: string, url: string, directory: string): ProtocolResponse {
  const nonce = randomBytes(16).toString('base64');
  const headers = {
    'content-security-policy': contentSecurityPolicy(nonce),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  };
  const refuse = (statusCode: number, text: string): ProtocolResponse => ({
    statusCode,
    data: Buffer.from(text),
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
  });
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'only GET');
  const file = fileOf(url, directory);
  if (file === null) return refuse(403, 'not a file of this app');
  const type = contentTypes[path.extname(file)];
  if (type === undefined) return refuse(403, 'not a kind of file this app has');
  let data: Buffer;
  // Synchronously: turns of the event loop take longer than the read while the window's processes start.
  try {
    data = readFileSync(file);
  } catch {
    return refuse(404, 'no such file');
  }
  const html = path.extname(file) === '.html';
  return {
    statusCode: 200,
    data: html ? Buffer.from(withNonce(data.toString('utf8'), nonce)) : data,
    headers: { ...headers, 'content-type': type, 'cache-control': html ? 'no-store' : 'no-cache' },
  };
}

/**
 * Replaces the placeholder by the nonce, and adds a `<meta property="csp-nonce">` for scripts to read, unless
 * the build wrote one.
 */
export function withNonce(html: string, nonce: string): string {
  const filled = html.replaceAll(noncePlaceholder, nonce);
  return filled.includes('property="csp-nonce"') || filled.includes('property=csp-nonce')
    ? filled
    : filled.replace(/<head[^>]*>/i, (head) => `${head}<meta property="csp-nonce" nonce="${nonce}">`);
}
