import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState, targetCapabilities } from '../dev/app-fixture.ts';
import { offText, settingsState, socketText } from '../dev/settings-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';
import { namedState } from '../dev/states.ts';

describe('the Overview', () => {
  it.each([
    ['protected', /^Protected and verified \d+ min ago, except 4 containers$/],
    ['clean', /^Protected and verified \d+ min ago$/],
    ['unverified', /^On, but not verified$/],
    ['failedProbe', /^On, but not verified$/],
    ['audit', /^On in audit mode: rules deny nothing$/],
    ['off', /^Off: root in a container is root on the host$/],
    ['stopped', /^Engine stopped: nothing runs, nothing is checked$/],
  ])('shows %s correctly in one sentence', async (name, sentence) => {
    await renderApp(namedState(name), 'overview');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(sentence);
  });

  it('shows nothing as protected or not allowed in audit mode, with the reason as a next step', async () => {
    await renderApp(namedState('audit'), 'overview');
    const row = screen.getByText('docker run').closest('tr');
    expect(row?.textContent).toContain('Audit mode');
    expect(screen.queryAllByText('Not allowed')).toEqual([]);
    expect(screen.getByText('Audit mode: rules deny nothing')).toBeTruthy();
  });

  it('shows a failed probe with its evidence, and no row that depends on it as protected', async () => {
    const { user } = await renderApp(namedState('failedProbe'), 'overview');
    expect(screen.getByText('1 check did not pass')).toBeTruthy();
    const row = screen.getByText('docker run').closest('tr');
    expect(row === null ? '' : row.textContent).toContain('Unprotected');
    await user.click(screen.getByRole('button', { name: 'See results' }));
    expect(await screen.findByText('uid_map "0 0 4294967295"')).toBeTruthy();
  });

  it('verifies, and shows the error if that fails', async () => {
    const { user } = await renderApp(namedState('unverified'), 'overview', {
      'verify:run': () => ({
        ok: false,
        error: {
          code: 'verify.no-image',
          message: 'No image could be made.',
          reason: 'load refused',
          hint: 'Allow docker load.',
        },
      }),
    });
    await user.click(screen.getAllByRole('button', { name: 'Verify now' })[0] ?? document.body);
    expect(await screen.findByText('There is no image to verify with')).toBeTruthy();
    expect(screen.getByText(/load refused/)).toBeTruthy();
  });

  it('counts a verification that has only just arrived', async () => {
    const { bridge } = await renderApp(namedState('unverified'), 'overview');
    const verified = namedState('protected').verification;
    act(() => {
      bridge.emit('changed', {
        verification: verified === null ? null : { ...verified, at: new Date().toISOString() },
      });
    });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'Protected and verified just now, except 4 containers',
    );
  });

  it('starts a stopped engine', async () => {
    const { user, bridge } = await renderApp(namedState('stopped'), 'overview');
    await user.click(screen.getByRole('button', { name: 'Start engine' }));
    expect(bridge.calls.some((call) => call.name === 'engine:start')).toBe(true);
  });
});

describe('the window', () => {
  it('does not show an engine as stopped that this user may not query, and shows why', async () => {
    const stopped = namedState('stopped');
    await renderApp(
      {
        ...stopped,
        target: {
          ...stopped.target,
          kind: 'docker-engine',
          capabilities: targetCapabilities['docker-engine'],
        },
        engine: {
          ...stopped.engine,
          kind: 'docker-engine',
          phase: 'unreachable',
          problem: { message: 'This user may not use the engine’s socket.', logTail: [] },
        },
      },
      'overview',
    );
    await screen.findByRole('heading', {
      level: 1,
      name: 'No response from the engine: what runs there is not known',
    });
    expect(screen.getByText('This user may not use the engine’s socket.')).toBeTruthy();
    expect(screen.getByText('Not counted: the engine did not respond.')).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/stopped|does not run/i);
  });

  it('prompts before it stops the engine, also for the tray, and not again after a reload', async () => {
    const { user, bridge } = await renderApp(appState(), 'overview');
    const fromTray = () => {
      act(() => {
        window.location.hash = '#/overview?ask=stop';
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      });
    };
    fromTray();
    const question = await screen.findByRole('dialog', { name: 'Stop the engine?' });
    expect(window.location.hash).toBe('#/overview');
    await user.click(within(question).getByRole('button', { name: 'Leave it running' }));
    expect(bridge.state().engine.phase).toBe('ready');
    // There is no confirmation for a stopped engine.
    await renderApp(namedState('stopped'), 'overview');
    fromTray();
    await waitFor(() => {
      expect(window.location.hash).toBe('#/overview');
    });
    expect(screen.queryByRole('dialog')).toBeNull();
  });
  it('finds a page by name from the keyboard', async () => {
    const { user } = await renderApp(appState(), 'overview');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'prefer');
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: 'Preferences' })).toBeTruthy();
  });

  it('finds the version before the applied one by "rollback"', async () => {
    const { user } = await renderApp(appState(), 'overview');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'rollback{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: 'History' })).toBeTruthy();
    expect(window.location.hash).toBe('#/history?version=10');
  });

  it('zooms by Ctrl +, Ctrl − and Ctrl 0', async () => {
    const { user, bridge } = await renderApp(appState(), 'overview');
    const requested = () =>
      bridge.calls.filter(({ name }) => name === 'preferences:set').map(({ input }) => input);
    await user.keyboard('{Control>}+{/Control}');
    await user.keyboard('{Control>}-{/Control}');
    await user.keyboard('{Control>}0{/Control}');
    await waitFor(() => {
      expect(requested()).toHaveLength(3);
    });
    expect(requested()[0]).toEqual({ zoomPercent: 110 });
    expect(requested()[2]).toEqual({ zoomPercent: 100 });
  });

  it.each([
    ['linux', 'en', 'View', ['Zoom inCtrl+', 'Zoom outCtrl−', 'Zoom to 100%Ctrl0']],
    ['win32', 'zh-CN', '视图', ['放大Ctrl+', '缩小Ctrl−', '缩放到 100%Ctrl0']],
  ] as const)(
    'changes the size of its content by a menu (%s, %s)',
    async (platform, language, name, items) => {
      const { preferences } = appState();
      const state = appState({ platform, preferences: { ...preferences, language, zoomPercent: 200 } });
      const { user, bridge } = await renderApp(state, 'overview');
      await user.click(screen.getByRole('button', { name }));
      const menu = await screen.findByRole('menu', { name });
      const [larger, smaller] = within(menu).getAllByRole('menuitem');
      expect(
        within(menu)
          .getAllByRole('menuitem')
          .map((item) => item.textContent),
      ).toEqual(items);
      // It is as large as it gets.
      expect(larger?.getAttribute('aria-disabled')).toBe('true');
      if (smaller !== undefined) await user.click(smaller);
      await waitFor(() => {
        expect(bridge.calls).toContainEqual({ name: 'preferences:set', input: { zoomPercent: 175 } });
      });
      await waitFor(() => {
        expect(screen.queryByRole('menu')).toBeNull();
      });
    },
  );

  it('leaves the menu to the application menu on macOS', async () => {
    await renderApp(appState({ platform: 'darwin' }), 'overview');
    expect(screen.queryByRole('button', { name: 'View' })).toBeNull();
  });

  it('zooms by the application menu of macOS', async () => {
    const { bridge } = await renderApp(appState(), 'overview');
    act(() => {
      bridge.emit('zoom', { change: 'out' });
    });
    await waitFor(() => {
      expect(bridge.calls).toContainEqual({ name: 'preferences:set', input: { zoomPercent: 90 } });
    });
  });

  it('prompts before a command restarts the engine, as its card does', async () => {
    const { user, bridge } = await renderApp(appState(), 'isolation');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox', { name: 'Search and commands' }), 'restart{Enter}');
    const dialog = await screen.findByRole('dialog', { name: 'Restart the engine?' });
    expect(bridge.calls.some(({ name }) => name === 'engine:restart')).toBe(false);
    await user.click(within(dialog).getByRole('button', { name: 'Restart the engine' }));
    await waitFor(() => {
      expect(bridge.calls.filter(({ name }) => name === 'engine:restart')).toHaveLength(1);
    });
    expect(window.location.hash).toBe('#/overview');
  });

  it('names the containers that can’t be started again before the engine stops or restarts', async () => {
    const ask = async (settings: string, question: 'stop' | 'restart') => {
      await renderApp(appState({ settings: settingsState(settings) }), 'overview');
      act(() => {
        window.location.hash = `#/overview?ask=${question}`;
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      });
      return (await screen.findByRole('dialog', { name: /^(Stop|Restart) the engine\?$/ })).textContent;
    };
    const bulkhead = (member: string) => socketText.replace('"bulkhead": {', `"bulkhead": { ${member},`);
    // old-vpn restarts by itself, and db-archive does not run.
    expect(await ask(socketText, 'restart')).toContain(
      'node-metrics, debug-shell can’t be started again while ECI is on',
    );
    expect(await ask(bulkhead('"existingContainers": "warn"'), 'stop')).not.toContain('started again while');
    expect(await ask(bulkhead('"mode": "audit"'), 'stop')).not.toContain('started again while');
  });

  it('lists the containers that keep running by live-restore; when depends on the engine', async () => {
    const ask = async (kind: 'embedded' | 'system' | 'docker-desktop', question: 'stop' | 'restart') => {
      const { engine, target } = appState();
      await renderApp(
        appState({
          engine: { ...engine, kind, liveRestore: true },
          target: { ...target, kind, capabilities: targetCapabilities[kind] },
          settings: settingsState(socketText),
        }),
        'overview',
      );
      act(() => {
        window.location.hash = `#/overview?ask=${question}`;
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      });
      return (await screen.findByRole('dialog', { name: /^(Stop|Restart) the engine\?$/ })).textContent;
    };
    for (const [kind, question] of [
      ['system', 'stop'],
      ['system', 'restart'],
      ['embedded', 'restart'],
    ] as const) {
      const text = await ask(kind, question);
      expect(text).toMatch(/\d running containers keep running \(live-restore\)\./);
      expect(text).not.toMatch(/containers stop|start again by themselves|started again while/);
    }
    for (const [kind, question] of [
      ['embedded', 'stop'],
      ['docker-desktop', 'restart'],
    ] as const)
      expect(await ask(kind, question)).toMatch(
        /\d running containers stop\. Live-restore does not prevent that\./,
      );
  });

  it('shows why a command could not start the engine', async () => {
    const { user } = await renderApp(namedState('stopped'), 'isolation', {
      'engine:start': () => ({
        ok: false,
        error: { code: 'rights.not-root', message: 'administrator rights were not given' },
      }),
    });
    await user.keyboard('{Control>}k{/Control}');
    await user.type(
      await screen.findByRole('combobox', { name: 'Search and commands' }),
      'start the engine{Enter}',
    );
    expect((await screen.findByRole('alert')).textContent).toContain('administrator rights were not given');
  });

  it('does not open the search over a dialog: the dialog stays open', async () => {
    const { user, store } = await renderApp(namedState('off'), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    await screen.findByRole('dialog');
    await user.keyboard('{Control>}k{/Control}');
    expect(screen.getAllByRole('dialog')).toHaveLength(1);
    expect(screen.queryByRole('combobox', { name: 'Search and commands' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => {
      expect(store.get().draft).toBe(offText);
    });
  });

  it('shows why there is no state, and retries', async () => {
    let requestCount = 0;
    const { user } = await renderApp(appState(), 'overview', {
      'app:state': () =>
        ++requestCount > 1
          ? { ok: true, value: appState({ settings: settingsState(offText), verification: null }) }
          : { ok: false, error: { code: 'internal', message: 'not yet' } },
    });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect((await screen.findByRole('heading', { level: 1 })).textContent).toContain('Off');
  });
});

it('the navigation scrolls to the current page, where not all pages fit', async () => {
  const scrolled: (string | null)[] = [];
  const { scrollIntoView } = Element.prototype;
  Element.prototype.scrollIntoView = function (this: Element) {
    scrolled.push(this.textContent);
  };
  try {
    const { user } = await renderApp(appState(), 'overview');
    const navigation = within(screen.getByRole('navigation'));
    await user.click(navigation.getByRole('link', { name: 'History' }));
    await screen.findByRole('heading', { level: 1, name: 'History' });
    expect(scrolled).toEqual(['Overview', 'History']);
  } finally {
    Element.prototype.scrollIntoView = scrollIntoView;
  }
});
