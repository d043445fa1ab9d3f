import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuses } from '../scripts/fuses.mjs';
import { requestChannel } from '../shared/ipc/channels.ts';
import { ipcRequests } from '../shared/ipc/contract.ts';
import { testSeed } from '../tests/support/random-seed.ts';
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

/**
 * Runs text as a page's own script would run, not over the debugger, which no policy binds. Resolves with
 * whether it ran.
 */
const runsInPage = (make: string) => window.page.evaluate(make);

/** Preferences the window's web contents really run with; not in Electron's types. */
const webPreferences = () =>
  window.app.evaluate(({ BrowserWindow }) =>
    (
      BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      }
    ).getLastWebPreferences(),
  );

/** The result of a fetch from the page. */
const fetched = (url: string) =>
  window.page.evaluate(
    (u) =>
      fetch(u).then(
        () => 'reached',
        () => 'refused',
      ),
    url,
  );

interface DecidedNavigation {
  readonly url: string;
  readonly isPrevented: boolean;
}
const lastUrl = 'https://example.com/last';

/**
 * Has the page navigate to `url`. Resolves with the navigations that the main process did not prevent, once
 * it has decided about a later one: some are refused within the page, and never reach it.
 */
async function unpreventedNavigations(url: string): Promise<DecidedNavigation[]> {
  await window.app.evaluate(({ BrowserWindow }) => {
    const isFirst = !Reflect.has(globalThis, 'navigations');
    Reflect.set(globalThis, 'navigations', []);
    // After the app's own listener; what that prevents has no will-navigate.
    if (isFirst)
      BrowserWindow.getAllWindows()[0]?.webContents.on('will-frame-navigate', (event) => {
        const decided = Reflect.get(globalThis, 'navigations') as DecidedNavigation[];
        decided.push({ url: event.url, isPrevented: event.defaultPrevented });
      });
  });
  for (const address of [url, lastUrl])
    await window.page.evaluate((to) => {
      location.href = to;
    }, address);
  const decided = () =>
    window.app.evaluate(() => Reflect.get(globalThis, 'navigations') as DecidedNavigation[]);
  await expect.poll(async () => (await decided()).map((one) => one.url)).toContain(lastUrl);
  return (await decided()).filter(({ isPrevented }) => !isPrevented);
}

/**
 * Electron's security checklist, point by point, each with what was seen on this window. A point throws or
 * returns false where it does not hold.
 */
const checklist: Readonly<Record<string, () => Promise<unknown>>> = {
  '1 only secure content is loaded': async () =>
    [
      await fetched('http://example.com/'),
      await fetched('ws://127.0.0.1/'),
      new URL(window.page.url()).protocol,
    ].join() === 'refused,refused,app:',
  '2 no Node.js in content': async () => {
    const { nodeIntegration, nodeIntegrationInWorker, nodeIntegrationInSubFrames } = await webPreferences();
    return (
      nodeIntegration === false &&
      nodeIntegrationInWorker !== true &&
      nodeIntegrationInSubFrames === false &&
      (await window.page.evaluate(
        () =>
          typeof Reflect.get(globalThis, 'require') === 'undefined' &&
          typeof Reflect.get(globalThis, 'process') === 'undefined',
      ))
    );
  },
  '3 context isolation': async () => (await webPreferences())['contextIsolation'] === true,
  '4 process sandboxing': async () => (await webPreferences())['sandbox'] === true,
  '5 permission requests are handled': async () =>
    (await window.page.evaluate(() => Notification.requestPermission())) === 'denied' &&
    (await window.page.evaluate(() =>
      navigator.permissions.query({ name: 'geolocation' }).then((p) => p.state),
    )) === 'denied',
  '6 webSecurity': async () => (await webPreferences())['webSecurity'] === true,
  '7 a content security policy': async () => {
    const policy =
      (await window.page.evaluate(async () =>
        (await fetch(location.href)).headers.get('content-security-policy'),
      )) ?? '';
    return (
      policy.includes("default-src 'none'") &&
      policy.includes("script-src 'self'") &&
      !/unsafe-|https?:|\*/.test(policy)
    );
  },
  '8 no allowRunningInsecureContent': async () =>
    (await webPreferences())['allowRunningInsecureContent'] === false,
  '9 no experimental features': async () => (await webPreferences())['experimentalFeatures'] === false,
  '10 no enableBlinkFeatures': async () =>
    [undefined, ''].includes((await webPreferences())['enableBlinkFeatures'] as string | undefined),
  '11 no allowpopups': async () =>
    (await webPreferences())['webviewTag'] === false &&
    (await window.page.evaluate(() => document.querySelectorAll('[allowpopups]').length)) === 0,
  '12 webviews are verified before creation': () =>
    window.app.evaluate(({ BrowserWindow, webContents }) => {
      let prevented = false;
      BrowserWindow.getAllWindows()[0]?.webContents.emit(
        'will-attach-webview',
        {
          preventDefault: () => {
            prevented = true;
          },
        },
        {},
        {},
      );
      return (
        prevented && webContents.getAllWebContents().every((contents) => contents.getType() !== 'webview')
      );
    }),
  '13 navigation is limited': async () => {
    const before = window.page.url();
    for (const url of ['https://example.com/', 'file:///etc/passwd'])
      if ((await unpreventedNavigations(url)).length > 0) return false;
    return window.page.url() === before;
  },
  '14 no new windows': async () =>
    (await window.page.evaluate(() => globalThis.open('app://bulkhead/index.html'))) === null &&
    (await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)) === 1,
  '15 openExternal takes the list only': async () => {
    await window.app.evaluate(({ shell }) => {
      Reflect.set(globalThis, 'openedOutside', []);
      shell.openExternal = (url: string) => {
        (Reflect.get(globalThis, 'openedOutside') as string[]).push(url);
        return Promise.resolve();
      };
    });
    for (const url of [
      'file:///etc/passwd',
      'https://evil.example/',
      'smb://host/x',
      'https://docs.docker.com@evil.example/',
      'https://docs.docker.com/engine/',
    ])
      await window.page.evaluate((u) => {
        globalThis.open(u);
      }, url);
    return (
      JSON.stringify(
        await window.app.evaluate(() => Reflect.get(globalThis, 'openedOutside') as string[]),
      ) === '["https://docs.docker.com/engine/"]'
    );
  },
  '16 a current, pinned Electron': async () => {
    const running = await window.app.evaluate(() => process.versions['electron'] ?? '');
    const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
      devDependencies: { electron: string };
    };
    // If the official runtime is not available, tests run in the fallback, which no release contains
    // (forge.config.ts).
    return (
      /^\d+\.\d+\.\d+$/.test(devDependencies.electron) &&
      [devDependencies.electron, '25.1.1'].includes(running)
    );
  },
  '17 senders of messages are validated': async () => {
    const answer = await requestAs(
      { url: 'https://evil.example/', parent: null },
      'bulkhead:request:app:state',
      undefined,
    );
    return answer.ok === false && answer.error?.code === 'ipc.bad-sender';
  },
  '18 no file:// protocol': async () =>
    window.page.url().startsWith('app://bulkhead/') && (await fetched('file:///etc/passwd')) === 'refused',
  // The development runtime is no package; e2e/packaged.e2e.test.ts reads the same table from the packaged
  // binary.
  '19 fuses': () =>
    Promise.resolve(
      fuses.length === 8 &&
        [
          'RunAsNode',
          'EnableNodeOptionsEnvironmentVariable',
          'EnableNodeCliInspectArguments',
          'GrantFileProtocolExtraPrivileges',
        ].every((name) => fuses.some((fuse) => fuse.name === name && !fuse.on)) &&
        ['OnlyLoadAppFromAsar', 'EnableEmbeddedAsarIntegrityValidation', 'EnableCookieEncryption'].every(
          (name) => fuses.some((fuse) => fuse.name === name && fuse.on),
        ),
    ),
  '20 no Electron API in the page': async () => {
    const bridge = await window.page.evaluate(() =>
      Object.entries(Reflect.get(globalThis, 'bulkhead') as object)
        .map(([name, value]) => `${name}: ${typeof value}`)
        .sort(),
    );
    return (
      bridge.join() === 'on: function,painted: function,request: function' &&
      (await window.page.evaluate(
        () => !['ipcRenderer', 'electron', 'electronAPI', 'shell'].some((name) => name in globalThis),
      ))
    );
  },
};

interface HandlerReply {
  readonly ok?: boolean;
  readonly error?: { readonly code: string };
  readonly threw?: string;
}

/**
 * Calls a channel's handler in main as the given frame would; null: a frame that is gone; 'disposed': one
 * whose getters throw. `threw`: main threw.
 */
const requestAs = (
  frame: { url: string; parent: object | null } | null | 'disposed',
  channel: string,
  payload: unknown,
): Promise<HandlerReply> =>
  window.app.evaluate(
    async ({ ipcMain }, [from, name, input]) => {
      // Not in Electron's types: where ipcMain keeps its handlers.
      const handler = (
        ipcMain as unknown as { _invokeHandlers: Map<string, (event: unknown, payload: unknown) => unknown> }
      )._invokeHandlers.get(name);
      if (handler === undefined) return { threw: `no handler for ${name}` };
      let replied: HandlerReply = {};
      const event = {
        get senderFrame() {
          if (from === 'disposed')
            throw new Error('Render frame was disposed before WebFrameMain could be accessed');
          return from;
        },
        _reply: (answer: HandlerReply) => {
          replied = answer;
        },
        _throw: (error: unknown) => {
          replied = { threw: String(error) };
        },
      };
      try {
        const answer = (await handler(event, input)) as HandlerReply | undefined;
        return answer ?? replied;
      } catch (error) {
        return { threw: String(error) };
      }
    },
    [frame, channel, payload] as const,
  );

describe('the live window', () => {
  it('holds all 20 points of Electron\u2019s security checklist', async () => {
    const results: Record<string, string> = {};
    for (const [point, holds] of Object.entries(checklist))
      results[point] = await holds().then(
        (yes) => (yes === true ? 'holds' : 'does not hold'),
        (error: unknown) => `does not hold: ${String(error)}`,
      );
    expect(Object.keys(results)).toHaveLength(20);
    expect(Object.entries(results).filter(([, how]) => how !== 'holds')).toEqual([]);
  });

  it('is isolated, sandboxed and without Node', async () => {
    expect(
      await window.page.evaluate(() => [
        typeof Reflect.get(window, 'require'),
        typeof Reflect.get(window, 'process'),
        typeof Reflect.get(window, 'module'),
        typeof Reflect.get(window, 'Buffer'),
      ]),
    ).toEqual(Array(4).fill('undefined'));
    expect(
      await window.page.evaluate(() => Object.keys(Reflect.get(window, 'bulkhead') as object).sort()),
    ).toEqual(['on', 'painted', 'request']);
    const preferences = await window.app.evaluate(({ BrowserWindow }) => {
      // Not in Electron's types: what the window's web contents really run with.
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    });
  });

  it('is served by the custom protocol under a policy without inline scripts, eval or network', async () => {
    expect(window.page.url()).toMatch(/^app:\/\/bulkhead\/index\.html/);
    const policy = await window.page.evaluate(async () =>
      (await fetch('app://bulkhead/index.html')).headers.get('content-security-policy'),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-|https?:|\*/);
    expect(
      await runsInPage(
        "(() => { const s = document.createElement('script'); " +
          "s.textContent = 'window.inlineRan = true'; document.head.append(s); " +
          'return window.inlineRan === true; })()',
      ),
    ).toBe(false);
    expect(
      await runsInPage(
        "(() => { const d = document.createElement('div'); " +
          `d.innerHTML = '<img src="x:" onerror="window.handlerRan = true"><b ` +
          `style="position:fixed">x</b>'; document.body.append(d); ` +
          "const fixed = getComputedStyle(d.querySelector('b')).position; d.remove(); return fixed; })()",
      ),
    ).not.toBe('fixed');
    expect(await window.page.evaluate(() => Reflect.get(window, 'handlerRan'))).toBeUndefined();
    expect(
      await runsInPage(
        "new Promise((done) => { const s = document.createElement('script'); " +
          "s.src = 'data:text/javascript,window.dataRan=true'; s.onload = () => done('ran'); " +
          "s.onerror = () => done('refused'); document.head.append(s); })",
      ),
    ).toBe('refused');
  });

  it('reaches no network, no file and no other origin', async () => {
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'app://other/index.html',
      'ws://127.0.0.1/',
    ]) {
      expect(
        await window.page.evaluate(
          (u) =>
            fetch(u).then(
              () => 'reached',
              () => 'refused',
            ),
          url,
        ),
        url,
      ).toBe('refused');
    }
    // Below the page's policy the session itself refuses, also for code that gets round the policy.
    const denied = await window.app.evaluate(async ({ session }) => {
      const outcomes: string[] = [];
      for (const url of ['https://example.com/', 'http://127.0.0.1:1/'])
        outcomes.push(
          await session.defaultSession.fetch(url).then(
            () => 'reached',
            (e: unknown) => String(e),
          ),
        );
      return outcomes;
    });
    for (const outcome of denied) expect(outcome).toMatch(/ERR_BLOCKED_BY_CLIENT/);
    expect(
      await window.page.evaluate(() => fetch('app://bulkhead/..%2f..%2fpackage.json').then((r) => r.status)),
    ).toBe(403);
  });

  it('opens no window and no webview', async () => {
    for (const url of [
      'https://example.com/',
      'about:blank',
      'app://bulkhead/index.html',
      'file:///etc/passwd',
    ]) {
      expect(await window.page.evaluate((u) => globalThis.open(u) === null, url), url).toBe(true);
    }
    expect(await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await window.page.evaluate(() => {
      const w = document.createElement('webview');
      w.setAttribute('src', 'app://bulkhead/index.html');
      document.body.append(w);
    });
    expect(
      await window.app.evaluate(
        ({ webContents }) => webContents.getAllWebContents().filter((c) => c.getType() === 'webview').length,
      ),
    ).toBe(0);
  });

  it('gets no permission', async () => {
    expect(await window.page.evaluate(() => Notification.requestPermission())).toBe('denied');
    expect(
      await window.page.evaluate(() =>
        navigator.mediaDevices.getUserMedia({ audio: true }).then(
          () => 'given',
          (e: unknown) => (e instanceof Error ? e.name : ''),
        ),
      ),
    ).toMatch(/NotAllowed|NotFound/);
    expect(
      await window.page.evaluate(
        () =>
          new Promise((done) => {
            navigator.geolocation.getCurrentPosition(
              () => {
                done('given');
              },
              (e) => {
                done(e.code);
              },
            );
          }),
      ),
    ).toBe(1);
    expect(
      await window.page.evaluate(() =>
        navigator.clipboard.readText().then(
          () => 'given',
          () => 'denied',
        ),
      ),
    ).toBe('denied');
  });

  it('refuses requests outside the contract, and payloads that do not fit it', async () => {
    const request = (name: string, input: unknown) =>
      window.page.evaluate(
        ([n, i]) =>
          (
            Reflect.get(window, 'bulkhead') as {
              request(name: unknown, input: unknown): Promise<{ ok: boolean; error?: { code: string } }>;
            }
          ).request(n, i),
        [name, input] as const,
      );
    expect(await request('shell:run', { command: 'id' })).toMatchObject({
      ok: false,
      error: { code: 'ipc.bad-payload' },
    });
    expect(await request('__proto__', {})).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
    expect(await request('settings:set-draft', { text: 42 })).toMatchObject({
      ok: false,
      error: { code: 'ipc.bad-payload' },
    });
    expect(await request('settings:set-draft', { text: 'x'.repeat(5 * 1024 * 1024) })).toMatchObject({
      ok: false,
      error: { code: 'ipc.bad-payload' },
    });
    expect(await request('engine:log', { lines: 1e9 })).toMatchObject({
      ok: false,
      error: { code: 'ipc.bad-payload' },
    });
    expect(await request('window:action', null)).toMatchObject({
      ok: false,
      error: { code: 'ipc.bad-payload' },
    });
    await expect(
      window.page.evaluate(() => {
        (Reflect.get(window, 'bulkhead') as { on(e: string, l: () => void): void }).on(
          'painted',
          () => undefined,
        );
      }),
    ).rejects.toThrow(/no event/);
  });

  it('responds to random payloads on every channel with a Result, and keeps working', async () => {
    // What would really start, stop or open something when a payload happens to fit: those are fuzzed with
    // payloads that can't.
    const withEffects = new RegExp(
      '^(engine:(start|stop|restart)|apply:|recreate:|containers:|verify:|dialog:|simulate:|' +
        'window:|app:|targets?:|desktop:|registry:|history:)',
    );
    const anything = fc.oneof(
      { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
      fc.object({
        key: fc.constantFrom(
          'text',
          'choices',
          'ids',
          'remove',
          'path',
          'paths',
          'lines',
          'keep',
          'action',
          'step',
          'theme',
          'language',
          'prototype',
          'constructor',
        ),
        maxDepth: 3,
        values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.double()],
      }),
      fc.string({ maxLength: 2000 }),
    );
    const seed = testSeed();
    const before = await window.state();
    for (const name of ipcRequests) {
      const payloads = fc
        .sample(anything, { numRuns: 25, seed })
        .filter((payload) => !withEffects.test(name) || typeof payload !== 'object')
        .map((payload) => JSON.stringify(payload));
      const answers = await window.page.evaluate(
        async ([channel, inputs]) => {
          const request = (
            Reflect.get(globalThis, 'bulkhead') as {
              request(name: string, input: unknown): Promise<{ ok?: unknown; error?: { code?: unknown } }>;
            }
          ).request;
          return Promise.all(
            inputs.map(async (input) => {
              const answer = await request(channel, JSON.parse(input));
              return [typeof answer.ok, answer.error?.code ?? ''];
            }),
          );
        },
        [name, payloads] as const,
      );
      for (const [ok, code] of answers) {
        expect(ok, name).toBe('boolean');
        expect(code, name).not.toBe('internal');
      }
    }
    expect((await window.state()).appVersion).toBe(before.appVersion);
    expect(window.output()).not.toMatch(/defect|Uncaught/);
    // Whatever a random preference or draft was, the window is as before for the next test.
    await window.request('settings:discard-draft', undefined);
    await window.request('preferences:set', before.preferences);
  });

  it('refuses every channel to other senders: other pages, inner frames, disposed frames', async () => {
    for (const name of ipcRequests) {
      for (const frame of [
        { url: 'https://evil.example/', parent: null },
        { url: 'app://bulkhead/index.html', parent: {} },
        { url: 'app://evil/', parent: null },
        { url: 'about:blank', parent: null },
        null,
        'disposed',
      ] as const) {
        expect(
          await requestAs(frame, requestChannel(name), {
            text: 'x',
            ids: [],
            on: true,
            action: 'close',
            step: 'dismissed',
          }),
          `${name} by ${JSON.stringify(frame)}`,
        ).toMatchObject({ ok: false, error: { code: 'ipc.bad-sender' } });
      }
    }
  });

  it('refuses payloads that are huge, deep or no plain data, without a noticeable delay', async () => {
    const started = Date.now();
    const codes = await window.page.evaluate(async () => {
      const request = (
        Reflect.get(globalThis, 'bulkhead') as {
          request(name: string, input: unknown): Promise<{ ok: boolean; error?: { code: string } }>;
        }
      ).request;
      let deep: unknown = 1;
      for (let n = 0; n < 900; n++) deep = [deep];
      const cycle: Record<string, unknown> = {};
      cycle['self'] = cycle;
      const payloads = [
        { text: 'x'.repeat(32_000_000) },
        Array.from({ length: 500_000 }, (_, n) => n),
        deep,
        cycle,
        new Map([['text', 'x']]),
        new Uint8Array(8_000_000),
        new Date(),
        () => 1,
        Symbol('x'),
      ];
      return Promise.all(
        payloads.map(async (payload) => (await request('settings:set-draft', payload)).error?.code),
      );
    });
    // The last two can't be cloned at all and never leave the preload.
    expect(codes).toEqual([...Array<string>(7).fill('ipc.bad-payload'), 'internal', 'internal']);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect((await window.state()).settings.draft).toBe('');
  });

  it('refuses a request from a page that is not its own', async () => {
    // A window as a mistake might create one: our preload, another page.
    const answer = await window.app.evaluate(async ({ BrowserWindow }, preload) => {
      const other = new BrowserWindow({
        show: false,
        webPreferences: { preload, sandbox: true, contextIsolation: true },
      });
      try {
        await other.loadURL('data:text/html,<title>foreign</title>');
        return (await other.webContents.executeJavaScript(
          `window.bulkhead.request('clipboard:write', { text: 'stolen' })`,
        )) as unknown;
      } finally {
        other.destroy();
      }
    }, path.resolve('dist/electron/preload.cjs'));
    expect(answer).toMatchObject({ ok: false, error: { code: 'ipc.bad-sender' } });
  });

  it('does not navigate away, by script, link or frame', async () => {
    const before = window.page.url();
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'data:text/html,x', 'app://other/']) {
      expect(await unpreventedNavigations(url), url).toEqual([]);
      expect(window.page.url(), url).toBe(before);
    }
    const blocked = await window.page.evaluate(async () => {
      const refused = new Promise<string>((resolve) => {
        document.addEventListener(
          'securitypolicyviolation',
          ({ blockedURI }) => {
            resolve(blockedURI);
          },
          { once: true },
        );
      });
      const f = document.createElement('iframe');
      f.src = 'https://example.com/';
      document.body.append(f);
      return refused;
    });
    expect(blocked).toContain('https://example.com');
    expect(window.page.frames().filter((f) => f.url().startsWith('https:'))).toEqual([]);
    await window.page.evaluate(() => {
      document.querySelectorAll('iframe').forEach((f) => {
        f.remove();
      });
    });
    // Playwright's locators wait for the refused navigations to finish; so the page itself is queried.
    expect(await window.page.evaluate(() => document.querySelector('nav') !== null)).toBe(true);
  });
});
