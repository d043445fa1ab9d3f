import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ protocol: {} }));
const { fileOf, respond, serveApp, withNonce } = await import('./app-protocol.ts');

let directory = '';
beforeAll(async () => {
  const outer = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-protocol-'));
  directory = path.join(outer, 'renderer');
  await mkdir(path.join(directory, 'assets'), { recursive: true });
  await writeFile(path.join(outer, 'secret.txt'), 'secret');
  await writeFile(
    path.join(directory, 'index.html'),
    '<!doctype html><html><head><title>t</title></head><body><style ' +
      'nonce="__CSP_NONCE__"></style></body></html>',
  );
  await writeFile(path.join(directory, 'assets', 'a b.js'), 'export {};');
  await writeFile(path.join(directory, 'program'), 'x');
});
afterAll(() => rm(path.dirname(directory), { recursive: true }));

describe('app://bulkhead', () => {
  it.each([
    ['app://bulkhead/index.html', 'index.html'],
    ['app://bulkhead/', 'index.html'],
    ['app://bulkhead', 'index.html'],
    ['app://bulkhead/assets/a%20b.js?x=1#y', 'assets/a b.js'],
    // The URL parser itself has resolved these: they stay inside.
    ['app://bulkhead/assets/../index.html', 'index.html'],
    ['app://bulkhead/../../index.html', 'index.html'],
  ])('%s is a file of the app', (url, file) => {
    expect(fileOf(url, '/r')).toBe(path.join('/r', file));
  });

  it.each([
    'app://bulkhead/..%2fsecret.txt',
    'app://bulkhead/assets/..%2f..%2fsecret.txt',
    'app://bulkhead/%2e%2e%2fsecret.txt',
    'app://bulkhead/..%5csecret.txt',
    'app://bulkhead/a%00.html',
    'app://bulkhead/%E0%A4%A',
    'app://evil/index.html',
    'app://bulkhead:80/index.html',
    'file:///etc/passwd',
    'https://bulkhead/index.html',
    'nonsense',
    '',
  ])('refuses %s', (url) => {
    expect(fileOf(url, '/r')).toBeNull();
  });

  it('responds with a strict policy, and a new nonce for each load', () => {
    const load = () => {
      const { statusCode, headers, data } = respond('GET', 'app://bulkhead/index.html', directory);
      const policy = headers['content-security-policy'] ?? '';
      return {
        status: statusCode,
        policy,
        nonce: /'nonce-([^']+)'/.exec(policy)?.[1] ?? '',
        body: data.toString(),
      };
    };
    const [one, two] = [load(), load()];
    expect(one.status).toBe(200);
    expect(one.policy).toContain("default-src 'none'");
    expect(one.policy).not.toMatch(/unsafe-(inline|eval)|https?:|\*/);
    expect(one.nonce).toHaveLength(24);
    expect(one.nonce).not.toBe(two.nonce);
    expect(one.body).toContain(`<style nonce="${one.nonce}">`);
    expect(one.body).toContain(`<meta property="csp-nonce" nonce="${one.nonce}">`);
    expect(one.body).not.toContain('__CSP_NONCE__');
  });

  it('keeps a nonce tag the build wrote', () => {
    expect(withNonce('<head><meta property="csp-nonce" nonce="__CSP_NONCE__"></head>', 'N')).toBe(
      '<head><meta property="csp-nonce" nonce="N"></head>',
    );
  });

  it.each([
    ['POST', 'app://bulkhead/index.html', 405],
    ['GET', 'app://bulkhead/..%2fsecret.txt', 403],
    ['GET', 'app://bulkhead/program', 403],
    ['GET', 'app://bulkhead/none.js', 404],
    ['GET', 'app://bulkhead/assets', 403],
  ])('%s %s gives %i without content', (method, url, status) => {
    const { statusCode, headers, data } = respond(method, url, directory);
    expect(statusCode).toBe(status);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(data.toString()).not.toContain('secret');
  });

  it('reports when each file that the page runs first is delivered or has failed', async () => {
    await writeFile(
      path.join(directory, 'page.html'),
      '<script type="module" src="./assets/one.js"></script><link rel="stylesheet" ' +
        'href="./assets/two.css"><link rel="preload" as="font" href="./assets/three.woff2">' +
        '<link rel="modulepreload" crossorigin href="./assets/four.js">',
    );
    type Listener = ((details: { readonly url: string }) => void) | null;
    const listeners: { completed: Listener; failed: Listener } = { completed: null, failed: null };
    let serve: (request: { method: string; url: string }, answer: (response: unknown) => void) => void = () =>
      undefined;
    let served = false;
    const session = {
      webRequest: {
        onCompleted: (listener: Listener) => {
          listeners.completed = listener;
        },
        onErrorOccurred: (listener: Listener) => {
          listeners.failed = listener;
        },
      },
      protocol: {
        registerBufferProtocol: (_scheme: string, handler: typeof serve) => {
          serve = handler;
        },
      },
    };
    void serveApp(session as never, directory).then(() => {
      served = true;
    }); // the only parts of a session that are used
    const answers: unknown[] = [];
    serve({ method: 'GET', url: 'app://bulkhead/page.html' }, (response) => {
      answers.push(response);
    });
    expect(answers).toMatchObject([{ statusCode: 200 }]);
    const onCompletedListener = listeners.completed;
    onCompletedListener?.({ url: 'app://bulkhead/page.html' });
    onCompletedListener?.({ url: 'app://bulkhead/assets/one.js' });
    onCompletedListener?.({ url: 'app://bulkhead/assets/other.js' });
    await Promise.resolve();
    expect(served).toBe(false);
    listeners.failed?.({ url: 'app://bulkhead/assets/two.css' });
    await Promise.resolve();
    expect(served).toBe(true);
    expect(listeners).toEqual({ completed: null, failed: null });
  });
});
