import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ protocol: {} }));
const { fileOf, respond, withNonce } = await import('./app-protocol.ts');

let directory = '';
beforeAll(async () => {
  const outer = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-protocol-'));
  directory = path.join(outer, 'renderer');
  await mkdir(path.join(directory, 'assets'), { recursive: true });
  await writeFile(path.join(outer, 'secret.txt'), 'secret');
  await writeFile(path.join(directory, 'index.html'), '<!doctype html><html><head><title>t</title></head><body><style nonce="__CSP_NONCE__"></style></body></html>');
  await writeFile(path.join(directory, 'assets', 'a b.js'), 'export {};');
  await writeFile(path.join(directory, 'program'), 'x');
});
afterAll(() => rm(path.dirname(directory), { recursive: true }));

describe('app://bulkhead', () => {
  it.each([
    ['app://bulkhead/index.html', 'index.html'], ['app://bulkhead/', 'index.html'], ['app://bulkhead', 'index.html'], ['app://bulkhead/assets/a%20b.js?x=1#y', 'assets/a b.js'],
    // The URL parser itself has resolved these: they stay inside.
    ['app://bulkhead/assets/../index.html', 'index.html'], ['app://bulkhead/../../index.html', 'index.html'],
  ])('%s is a file of the app', (url, file) => { expect(fileOf(url, '/r')).toBe(path.join('/r', file)); });

  it.each([
    'app://bulkhead/..%2fsecret.txt', 'app://bulkhead/assets/..%2f..%2fsecret.txt', 'app://bulkhead/%2e%2e%2fsecret.txt', 'app://bulkhead/..%5csecret.txt', 'app://bulkhead/a%00.html',
    'app://bulkhead/%E0%A4%A', 'app://evil/index.html', 'app://bulkhead:80/index.html', 'file:///etc/passwd', 'https://bulkhead/index.html', 'nonsense', '',
  ])('refuses %s', (url) => { expect(fileOf(url, '/r')).toBeNull(); });

  it('answers with a strict policy, and a fresh nonce for each load', async () => {
    const load = async () => {
      const response = await respond('GET', 'app://bulkhead/index.html', directory);
      const policy = response.headers.get('content-security-policy') ?? '';
      return { status: response.status, policy, nonce: /'nonce-([^']+)'/.exec(policy)?.[1] ?? '', body: await response.text() };
    };
    const [one, two] = await Promise.all([load(), load()]);
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
    expect(withNonce('<head><meta property="csp-nonce" nonce="__CSP_NONCE__"></head>', 'N')).toBe('<head><meta property="csp-nonce" nonce="N"></head>');
  });

  it.each([
    ['POST', 'app://bulkhead/index.html', 405], ['GET', 'app://bulkhead/..%2fsecret.txt', 403], ['GET', 'app://bulkhead/program', 403], ['GET', 'app://bulkhead/none.js', 404], ['GET', 'app://bulkhead/assets', 403],
  ])('%s %s gives %i without content', async (method, url, status) => {
    const response = await respond(method, url, directory);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toContain('secret');
  });
});
