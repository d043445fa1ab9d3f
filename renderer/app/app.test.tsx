import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { states } from '../dev/states.ts';
import { appState, targetCapabilities } from '../dev/app-fixture.ts';
import { appliedText, offText, settingsState } from '../dev/settings-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';

const state = (name: string) => {
  const make = states[name];
  if (make === undefined) throw new Error(`no state ${name}`);
  return make();
};
const footer = () => screen.queryByRole('region', { name: 'Changes not applied' });

describe('the draft and its footer', () => {
  it('marks only the field that changed, and undoing it removes mark, dot and footer', async () => {
    const { user, bridge } = await renderApp(appState(), 'isolation');
    expect(footer()).toBeNull();
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    expect(within(footer() ?? document.body).getByText('1 change')).toBeTruthy();
    expect(screen.getByText('Apply at once. Nothing restarts.')).toBeTruthy();
    expect(screen.getAllByText('Edited')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Undo the change to Lock for users' }));
    await waitFor(() => {
      expect(footer()).toBeNull();
    });
    expect(screen.queryByText('Edited')).toBeNull();
    await waitFor(() => {
      expect(bridge.state().settings.draft).toBe(appliedText);
    });
  });

  it('says that the engine restarts when it does', async () => {
    const { user } = await renderApp(appState({ ...state('off'), scan: null }), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    expect(screen.getByText('Restart needed: the engine')).toBeTruthy();
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    await waitFor(() => {
      expect(footer()).toBeNull();
    });
  });

  it('leaves nothing behind when a switch goes back where there was no file', async () => {
    const { user, store } = await renderApp(state('noFile'), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    expect(store.get().draft).toContain('"locked": true');
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    expect(store.get().draft).toBe('');
    await waitFor(() => {
      expect(footer()).toBeNull();
    });
  });

  it('takes steps back and forward with Ctrl Z and Ctrl Shift Z', async () => {
    const { user, store } = await renderApp(appState(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    const edited = store.get().draft;
    screen.getByRole('heading', { level: 1 }).focus();
    await user.keyboard('{Control>}z{/Control}');
    expect(store.get().draft).toBe(appliedText);
    await user.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    expect(store.get().draft).toBe(edited);
  });

  it('asks before discarding, with Cancel focused, and undo restores the changes', async () => {
    const { user, bridge, store } = await renderApp(state('edited'), 'overview');
    const edited = store.get().draft;
    await user.click(screen.getByRole('button', { name: 'Discard…' }));
    const dialog = await screen.findByRole('dialog');
    await waitFor(() => {
      expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Keep editing' }));
    });
    await user.click(within(dialog).getByRole('button', { name: 'Discard 2 changes' }));
    await waitFor(() => {
      expect(bridge.state().settings.draft).toBe(appliedText);
    });
    store.undo();
    expect(store.get().draft).toBe(edited);
  });

  it('keeps what is being typed when main reports an older draft', async () => {
    const { bridge, store } = await renderApp(appState(), 'overview');
    store.setDraft(`${appliedText}\n`);
    bridge.emit('changed', { settings: settingsState(appliedText) });
    expect(store.get().draft).toBe(`${appliedText}\n`);
  });

  it('discards nothing while settings are locked, and says why when it fails', async () => {
    const locked = await renderApp(
      appState({
        settings: settingsState(appliedText, { draft: offText, readOnly: 'administrator (root)' }),
      }),
      'overview',
    );
    expect(
      screen.getByRole('button', { name: /^Discard….*Locked by administrator \(root\)/ }),
    ).toHaveProperty('disabled', true);
    expect(locked.bridge.calls.some(({ name }) => name === 'settings:discard-draft')).toBe(false);
    const { user, store } = await renderApp(state('edited'), 'overview', {
      'settings:discard-draft': () => ({
        ok: false,
        error: { code: 'settings.unwritable', message: 'EACCES: permission denied' },
      }),
    });
    await user.click(screen.getByRole('button', { name: 'Discard…' }));
    await user.click(
      within(await screen.findByRole('dialog')).getByRole('button', { name: 'Discard 2 changes' }),
    );
    expect(
      await screen.findByText('The draft could not be discarded: EACCES: permission denied'),
    ).toBeTruthy();
    act(() => {
      store.setDraft(`${store.get().draft} `);
    });
    expect(screen.queryByText(/could not be discarded/)).toBeNull();
  });

  it('says so when main could not keep the draft', async () => {
    const { store } = await renderApp(appState(), 'isolation', {
      'settings:set-draft': () => ({
        ok: false,
        error: { code: 'settings.unwritable', message: 'No space left on device.' },
      }),
    });
    store.setDraft(appliedText.replace('"locked": true', '"locked": false'));
    await store.flush();
    expect(await screen.findByText(/No space left on device/)).toBeTruthy();
  });
});

describe('a settings text that is broken', () => {
  it('shows line, column and excerpt in place of the forms, and discards the draft', async () => {
    const { user } = await renderApp(state('broken'), 'isolation');
    expect(screen.getAllByText('The draft is not valid JSON').length).toBeGreaterThan(0);
    expect(screen.getByText('Line 9, column 35')).toBeTruthy();
    expect(screen.getByLabelText('Line 9, column 35').textContent).toContain('^');
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.getByRole('button', { name: 'Review & apply' })).toHaveProperty('disabled', true);
    await user.click(screen.getByRole('button', { name: 'Discard the draft' }));
    expect(await screen.findByRole('switch', { name: 'Enhanced Container Isolation' })).toBeTruthy();
  });

  it('does not show a broken applied file as protected or off', async () => {
    await renderApp(state('brokenFile'), 'overview');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('On, but not verified');
    expect(screen.queryAllByText('Protected', { selector: 'td *' })).toHaveLength(0);
    expect(screen.getByText('The settings file is not usable')).toBeTruthy();
  });

  it('says why a file can not be read', async () => {
    await renderApp(state('unreadable'), 'isolation');
    expect(screen.getByText(/EISDIR/)).toBeTruthy();
    expect(screen.queryByRole('switch')).toBeNull();
  });

  it('lets an edit underneath be settled either way', async () => {
    const { user, bridge } = await renderApp(state('conflict'), 'isolation');
    await user.click(screen.getByRole('button', { name: 'Compare…' }));
    await user.click(await screen.findByRole('button', { name: 'Take theirs' }));
    await waitFor(() => {
      expect(bridge.state().settings.conflict).toBe(false);
    });
    expect(bridge.state().settings.draft).toBe(appliedText);
  });
});

describe('what can not be changed', () => {
  it('says on every page why what is changed would be forgotten, while it would', async () => {
    const { bridge } = await renderApp(state('preferencesError'), 'isolation');
    const title = 'What you change here is forgotten when the app ends';
    expect(screen.getByText(title)).toBeTruthy();
    expect(screen.getByText(/no space left on device.*Make room on the disk/)).toBeTruthy();
    await act(async () => {
      bridge.emit('changed', { preferencesError: null });
      await Promise.resolve();
    });
    expect(screen.queryByText(title)).toBeNull();
  });

  it('shows a locked switch with its value and by whom, and does not react', async () => {
    const { user, store } = await renderApp(state('readOnly'), 'isolation');
    const toggle = screen.getByRole('switch', {
      name: /Lock for users.*Locked by the rights of \/var\/lib\/bulkhead/,
    });
    expect(toggle).toHaveProperty('checked', true);
    expect(toggle).toHaveProperty('disabled', true);
    await user.click(toggle);
    expect(store.get().draft).toBe(appliedText);
  });

  it('offers no switch where no backend can run, and says what is missing', async () => {
    await renderApp(state('missing'), 'isolation');
    expect(screen.queryByRole('switch', { name: 'Enhanced Container Isolation' })).toBeNull();
    expect(screen.getByText('Use Linux 6.3 or newer.')).toBeTruthy();
  });

  it('is read-only while settings are being applied', async () => {
    await renderApp(state('applying'), 'isolation');
    for (const toggle of screen.getAllByRole('switch')) expect(toggle).toHaveProperty('disabled', true);
    expect(footer()).toBeNull();
  });
});

describe('the Overview', () => {
  it.each([
    ['protected', /^Protected and verified \d+ min ago, except 4 containers$/],
    ['clean', /^Protected and verified \d+ min ago$/],
    ['unverified', /^On, but not verified$/],
    ['failedProbe', /^On, but not verified$/],
    ['audit', /^On in audit mode: nothing is refused$/],
    ['off', /^Off: root in a container is root in the engine$/],
    ['stopped', /^Engine stopped: nothing runs, nothing is checked$/],
  ])('shows %s correctly in one sentence', async (name, sentence) => {
    await renderApp(state(name), 'overview');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(sentence);
  });

  it('shows nothing as protected or not allowed in audit mode, and says why next', async () => {
    await renderApp(state('audit'), 'overview');
    const row = screen.getByText('docker run').closest('tr');
    expect(row?.textContent).toContain('Audit mode');
    expect(screen.queryAllByText('Not allowed')).toEqual([]);
    expect(screen.getByText('Audit mode: nothing is refused')).toBeTruthy();
  });

  it('shows a failed probe with what was seen, and no row that depends on it as protected', async () => {
    const { user } = await renderApp(state('failedProbe'), 'overview');
    expect(screen.getByText('1 probe did not pass')).toBeTruthy();
    const row = screen.getByText('docker run').closest('tr');
    expect(row === null ? '' : row.textContent).toContain('Unprotected');
    await user.click(screen.getByRole('button', { name: 'See results' }));
    expect(await screen.findByText('uid_map "0 0 4294967295"')).toBeTruthy();
  });

  it('verifies, and says why when that fails', async () => {
    const { user } = await renderApp(state('unverified'), 'overview', {
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
    const { bridge } = await renderApp(state('unverified'), 'overview');
    const verified = state('protected').verification;
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
    const { user, bridge } = await renderApp(state('stopped'), 'overview');
    await user.click(screen.getByRole('button', { name: 'Start engine' }));
    expect(bridge.calls.some((call) => call.name === 'engine:start')).toBe(true);
  });
});

describe('the window', () => {
  it('does not show an engine as stopped that this user may not query, and shows why', async () => {
    const stopped = state('stopped');
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
      name: 'No answer from the engine: what runs there is not known',
    });
    expect(screen.getByText('This user may not use the engine’s socket.')).toBeTruthy();
    expect(screen.getByText('Not counted: the engine gave no answer.')).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/stopped|does not run/i);
  });

  it('asks before it stops the engine, also for the tray, and not again after a reload', async () => {
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
    // One that does not run is nothing to ask about.
    await renderApp(state('stopped'), 'overview');
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

  it('asks before a command restarts the engine, as its card does', async () => {
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

  it('says why a command could not start the engine', async () => {
    const { user } = await renderApp(state('stopped'), 'isolation', {
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

  it('opens no search over a question: the question stays until it is answered', async () => {
    const { user, store } = await renderApp(state('off'), 'isolation');
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

  it('says why there is no state at all, and tries again', async () => {
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
