import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../dev/app-fixture.ts';
import { appliedText, offText, retainedPolicyFacts, settingsState } from '../dev/settings-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';
import { namedState } from '../dev/states.ts';

const footer = () => screen.queryByRole('region', { name: 'Changes not applied' });

describe('the draft and its footer', () => {
  it('marks only the field that changed, and undoing it removes mark, dot and footer', async () => {
    const { user, bridge } = await renderApp(appState(), 'isolation');
    expect(footer()).toBeNull();
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    expect(within(footer() ?? document.body).getByText('1 change')).toBeTruthy();
    expect(screen.getByText('Takes effect at once; nothing restarts.')).toBeTruthy();
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

  it('shows that a draft with an error can’t be applied, and promises nothing', async () => {
    const { store } = await renderApp(appState(), 'isolation');
    act(() => {
      store.setDraft(appliedText.replace('"locked": true', '"locked": "yes"'));
    });
    expect(within(footer() ?? document.body).getByText('Can’t be applied: 1 error.')).toBeTruthy();
    expect(screen.queryByText('Takes effect at once; nothing restarts.')).toBeNull();
  });

  it('shows that nothing restarts if the engine reloads', async () => {
    const { user } = await renderApp(appState({ ...namedState('off'), scan: null }), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    expect(screen.getByText('Takes effect at once; nothing restarts.')).toBeTruthy();
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    await waitFor(() => {
      expect(footer()).toBeNull();
    });
  });

  it('leaves no change when a switch is toggled back without a settings file', async () => {
    const { user, store } = await renderApp(namedState('noFile'), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    expect(store.get().draft).toContain('"locked": true');
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    expect(store.get().draft).toBe('');
    await waitFor(() => {
      expect(footer()).toBeNull();
    });
  });

  it('undoes and redoes with Ctrl Z and Ctrl Shift Z', async () => {
    const { user, store } = await renderApp(appState(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    const edited = store.get().draft;
    screen.getByRole('heading', { level: 1 }).focus();
    await user.keyboard('{Control>}z{/Control}');
    expect(store.get().draft).toBe(appliedText);
    await user.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    expect(store.get().draft).toBe(edited);
  });

  it('prompts before discarding, with Cancel focused, and undo restores the changes', async () => {
    const { user, bridge, store } = await renderApp(namedState('edited'), 'overview');
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

  it('keeps typed text when main reports an older draft', async () => {
    const { bridge, store } = await renderApp(appState(), 'overview');
    store.setDraft(`${appliedText}\n`);
    bridge.emit('changed', { settings: settingsState(appliedText) });
    expect(store.get().draft).toBe(`${appliedText}\n`);
  });

  it('discards nothing while settings are locked, and shows why it fails', async () => {
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
    const { user, store } = await renderApp(namedState('edited'), 'overview', {
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

  it('shows when main could not save the draft', async () => {
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
    const { user } = await renderApp(namedState('broken'), 'isolation');
    expect(screen.getAllByText('The draft is not valid JSON').length).toBeGreaterThan(0);
    expect(screen.getByText('Line 9, column 35')).toBeTruthy();
    expect(screen.getByLabelText('Line 9, column 35').textContent).toContain('^');
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.getByRole('button', { name: 'Review & apply' })).toHaveProperty('disabled', true);
    await user.click(screen.getByRole('button', { name: 'Discard the draft' }));
    expect(await screen.findByRole('switch', { name: 'Enhanced Container Isolation' })).toBeTruthy();
  });

  it('says once that an applied file is unusable, and in place of the forms why', async () => {
    const settings = settingsState('{"enhancedContainerIsolation": "yes"}', {
      policyFacts: retainedPolicyFacts,
    });
    await renderApp(appState({ settings }), 'isolation');
    const main = within(screen.getByRole('main'));
    expect(main.getByText('/enhancedContainerIsolation')).toBeTruthy();
    expect(main.getByRole('button', { name: 'Edit the text' })).toBeTruthy();
    expect(main.queryByRole('switch')).toBeNull();
    expect(main.queryByRole('alert')).toBeNull();
    expect(screen.getByRole('alert').textContent).toMatch(/^The settings file cannot be used/);
  });

  it('does not show a broken applied file as protected or off', async () => {
    await renderApp(namedState('brokenFile'), 'overview');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'Still on, from version 11: the settings file cannot be used',
    );
    expect(screen.queryByText(/^Protected and verified/)).toBeNull();
    // The notice and the next step name that state alike.
    expect(screen.getAllByText('The settings file cannot be used')).toHaveLength(2);
  });

  it('shows why a file can’t be read', async () => {
    await renderApp(namedState('unreadable'), 'isolation');
    expect(screen.getByText(/EISDIR/)).toBeTruthy();
    expect(screen.queryByRole('switch')).toBeNull();
  });

  it('resolves an external edit either way', async () => {
    const { user, bridge } = await renderApp(namedState('conflict'), 'isolation');
    await user.click(screen.getByRole('button', { name: 'Compare…' }));
    await user.click(await screen.findByRole('button', { name: 'Take theirs' }));
    await waitFor(() => {
      expect(bridge.state().settings.conflict).toBe(false);
    });
    expect(bridge.state().settings.draft).toBe(appliedText);
  });
});

describe('settings that can’t be changed', () => {
  it('shows on every page, while it lasts, why preferences can’t be stored', async () => {
    const { bridge } = await renderApp(namedState('preferencesError'), 'isolation');
    const title = 'What you change here is forgotten when the app ends';
    expect(screen.getByText(title)).toBeTruthy();
    expect(screen.getByText(/no space left on device.*Make room on the disk/)).toBeTruthy();
    await act(async () => {
      bridge.emit('changed', { preferencesError: null });
      await Promise.resolve();
    });
    expect(screen.queryByText(title)).toBeNull();
  });

  it('shows a locked switch with its value and what locks it, and does not react', async () => {
    const { user, store } = await renderApp(namedState('readOnly'), 'isolation');
    const toggle = screen.getByRole('switch', {
      name: /Lock for users.*Locked by the permissions of \/var\/lib\/bulkhead/,
    });
    expect(toggle).toHaveProperty('checked', true);
    expect(toggle).toHaveProperty('disabled', true);
    await user.click(toggle);
    expect(store.get().draft).toBe(appliedText);
  });

  it('has no switch if no backend can run, and shows what is missing', async () => {
    await renderApp(namedState('missing'), 'isolation');
    expect(screen.queryByRole('switch', { name: 'Enhanced Container Isolation' })).toBeNull();
    expect(screen.getByText('Use Linux 6.3 or newer.')).toBeTruthy();
  });

  it('is read-only while settings are being applied', async () => {
    await renderApp(namedState('applying'), 'isolation');
    for (const toggle of screen.getAllByRole('switch')) expect(toggle).toHaveProperty('disabled', true);
    expect(footer()).toBeNull();
  });
});
