import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setStage, type AppWindow, type Stage } from './app.ts';

// Electron's security checklist, on the live window. No engine runs: nothing here needs one.
let stage: Stage;
let window: AppWindow;
beforeAll(async () => {
  stage = await setStage({ engine: false });
  window = await stage.open();
  await window.page.getByRole('navigation').waitFor();
});
afterAll(() => stage.end());

/** Runs text as a page's own script would run, not over the debugger, which no policy binds. Resolves with whether it ran. */
const runsInPage = (make: string) => window.page.evaluate(make);

describe('the live window', () => {
  it('is isolated, sandboxed and without Node', async () => {
    expect(await window.page.evaluate(() => [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process'), typeof Reflect.get(window, 'module'), typeof Reflect.get(window, 'Buffer')])).toEqual(Array(4).fill('undefined'));
    expect(await window.page.evaluate(() => Object.keys(Reflect.get(window, 'bulkhead') as object).sort())).toEqual(['on', 'painted', 'request']);
    const preferences = await window.app.evaluate(({ BrowserWindow }) => {
      // Not in Electron's types: what the window's web contents really run with.
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, nodeIntegrationInSubFrames: false, webSecurity: true, webviewTag: false, allowRunningInsecureContent: false, experimentalFeatures: false });
  });

  it('comes from the custom protocol under a policy without inline scripts, eval or network', async () => {
    expect(window.page.url()).toMatch(/^app:\/\/bulkhead\/index\.html/);
    const policy = await window.page.evaluate(async () => (await fetch('app://bulkhead/index.html')).headers.get('content-security-policy'));
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-|https?:|\*/);
    expect(await runsInPage(`(() => { const s = document.createElement('script'); s.textContent = 'window.inlineRan = true'; document.head.append(s); return window.inlineRan === true; })()`)).toBe(false);
    expect(await runsInPage(`(() => { const d = document.createElement('div'); d.innerHTML = '<img src="x:" onerror="window.handlerRan = true"><b style="position:fixed">x</b>'; document.body.append(d); const fixed = getComputedStyle(d.querySelector('b')).position; d.remove(); return fixed; })()`)).not.toBe('fixed');
    expect(await window.page.evaluate(() => Reflect.get(window, 'handlerRan'))).toBeUndefined();
    expect(await runsInPage(`new Promise((done) => { const s = document.createElement('script'); s.src = 'data:text/javascript,window.dataRan=true'; s.onload = () => done('ran'); s.onerror = () => done('refused'); document.head.append(s); })`)).toBe('refused');
  });

  it('reaches no network, no file and no other origin', async () => {
    for (const url of ['https://example.com/', 'http://127.0.0.1/', 'file:///etc/passwd', 'app://other/index.html', 'ws://127.0.0.1/']) {
      expect(await window.page.evaluate((u) => fetch(u).then(() => 'reached', () => 'refused'), url), url).toBe('refused');
    }
    // Below the page's policy the session itself refuses, also for whoever gets round the policy.
    const denied = await window.app.evaluate(async ({ session }) => {
      const outcomes: string[] = [];
      for (const url of ['https://example.com/', 'http://127.0.0.1:1/']) outcomes.push(await session.defaultSession.fetch(url).then(() => 'reached', (e: unknown) => String(e)));
      return outcomes;
    });
    for (const outcome of denied) expect(outcome).toMatch(/ERR_BLOCKED_BY_CLIENT/);
    expect(await window.page.evaluate(() => fetch('app://bulkhead/..%2f..%2fpackage.json').then((r) => r.status))).toBe(403);
  });

  it('opens no window and no webview', async () => {
    for (const url of ['https://example.com/', 'about:blank', 'app://bulkhead/index.html', 'file:///etc/passwd']) {
      expect(await window.page.evaluate((u) => globalThis.open(u) === null, url), url).toBe(true);
    }
    expect(await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await window.page.evaluate(() => { const w = document.createElement('webview'); w.setAttribute('src', 'app://bulkhead/index.html'); document.body.append(w); });
    expect(await window.app.evaluate(({ webContents }) => webContents.getAllWebContents().filter((c) => c.getType() === 'webview').length)).toBe(0);
  });

  it('gets no permission', async () => {
    expect(await window.page.evaluate(() => Notification.requestPermission())).toBe('denied');
    expect(await window.page.evaluate(() => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'given', (e: unknown) => (e instanceof Error ? e.name : '')))).toMatch(/NotAllowed|NotFound/);
    expect(await window.page.evaluate(() => new Promise((done) => { navigator.geolocation.getCurrentPosition(() => { done('given'); }, (e) => { done(e.code); }); }))).toBe(1);
    expect(await window.page.evaluate(() => navigator.clipboard.readText().then(() => 'given', () => 'denied'))).toBe('denied');
  });

  it('refuses requests outside the contract, and payloads that do not fit it', async () => {
    const request = (name: string, input: unknown) => window.page.evaluate(
      ([n, i]) => (Reflect.get(window, 'bulkhead') as { request(name: unknown, input: unknown): Promise<{ ok: boolean; error?: { code: string } }> }).request(n, i), [name, input] as const);
    expect(await request('shell:run', { command: 'id' })).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
    expect(await request('__proto__', {})).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
    expect(await request('settings:set-draft', { text: 42 })).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
    expect(await request('settings:set-draft', { text: 'x'.repeat(5 * 1024 * 1024) })).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
    expect(await request('engine:log', { lines: 1e9 })).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
    expect(await request('window:action', null)).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
    await expect(window.page.evaluate(() => { (Reflect.get(window, 'bulkhead') as { on(e: string, l: () => void): void }).on('painted', () => undefined); })).rejects.toThrow(/no event/);
  });

  it('refuses a request from a page that is not its own', async () => {
    // A window as a mistake might make one: our preload, somebody else's page.
    const answer = await window.app.evaluate(async ({ BrowserWindow }, preload) => {
      const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true, contextIsolation: true } });
      try {
        await other.loadURL('data:text/html,<title>foreign</title>');
        return await other.webContents.executeJavaScript(`window.bulkhead.request('clipboard:write', { text: 'stolen' })`) as unknown;
      } finally { other.destroy(); }
    }, path.resolve('dist/electron/preload.cjs'));
    expect(answer).toMatchObject({ ok: false, error: { code: 'ipc.bad-sender' } });
  });

  it('does not navigate away, by script, link or frame', async () => {
    const before = window.page.url();
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'data:text/html,x', 'app://other/']) {
      await window.page.evaluate((u) => { location.href = u; }, url);
      await window.page.evaluate(() => new Promise((done) => { setTimeout(done, 50); }));
      expect(window.page.url(), url).toBe(before);
    }
    await window.page.evaluate(() => { const f = document.createElement('iframe'); f.src = 'https://example.com/'; document.body.append(f); });
    expect(window.page.frames().filter((f) => f.url().startsWith('https:'))).toEqual([]);
    await window.page.evaluate(() => { document.querySelectorAll('iframe').forEach((f) => { f.remove(); }); });
    // Playwright's locators wait for the refused navigations to finish; the page itself is asked.
    expect(await window.page.evaluate(() => document.querySelector('nav') !== null)).toBe(true);
  });
});
