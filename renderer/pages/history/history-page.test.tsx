import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { namedState, states } from '../../dev/states.ts';
import { appState } from '../../dev/app-fixture.ts';
import { appliedText, offText, settingsState } from '../../dev/settings-fixture.ts';
import { documentResponses, historyItems, documentStates } from '../../dev/document-fixture.ts';
import { run } from '../../dev/apply-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { ok } from '../../../shared/result.ts';
import { freshSettings } from '../../../shared/settings/index.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';

const open = async (state: AppState, answers: Parameters<typeof renderApp>[2] = {}) => {
  const app = await renderApp(state, 'history', { ...documentResponses('protected'), ...answers });
  await screen.findByRole('heading', { level: 1, name: 'History' });
  return app;
};
const row = (version: number) => screen.findByRole('button', { name: new RegExp(`^Version ${version}\\b`) });
const detail = (version: number) => screen.findByRole('region', { name: `Version ${version}` });

afterEach(() => {
  vi.restoreAllMocks();
});

it('shows that the engine’s directory is missing in place of the versions, and what to do', async () => {
  await renderApp(namedState('rootGone'), 'history', { 'history:list': () => ok([]) });
  const alarm = await screen.findByRole('alert');
  expect(alarm.textContent).toContain('The engine’s directory is missing');
  expect(alarm.textContent).toMatch(/3 processes of this engine run on: .* Put the directory back\./);
  expect(screen.getByText('History is in /var/lib/bulkhead, which is missing.')).toBeTruthy();
  expect(screen.queryByText(/Nothing was applied yet/)).toBeNull();
});

describe('history', () => {
  it('lists who changed what and when in each version, and compares the newest two', async () => {
    await open(appState());
    expect((await row(6)).textContent).toMatch(
      /Version 6Applied.*Applied by mei · 1 setting changed: Allowed directories/,
    );
    expect((await row(2)).textContent).toContain(
      'Changed outside Bulkhead · 1 setting changed: Enhanced Container Isolation',
    );
    expect((await row(0)).textContent).toContain('No settings file');
    expect(within(await detail(6)).getByText(/− Version 5, \+ Version 6 · 1 change/)).toBeTruthy();
    // What is applied is nothing to go back to.
    expect(screen.queryByRole('button', { name: 'Roll back to this…' })).toBeNull();
  });

  it('tells the number of changes from that of settings, where entries of a list changed', async () => {
    const sharing = (...paths: string[]) =>
      JSON.stringify({ filesharingAllowedDirectories: paths.map((path) => ({ path })) });
    await open(appState(), {
      'history:read': ({ version }) => ok({ text: version === 6 ? sharing('/a', '/b') : sharing('/c') }),
    });
    await within(await detail(6)).findByText(/− Version 5, \+ Version 6 · 3 changes in 1 setting$/);
  });

  it('names the earlier version that a version has the text of, which may be no roll back', async () => {
    const [newest, ...others] = historyItems;
    if (newest === undefined) throw new Error('the fixture is empty');
    await open(appState(), {
      'history:list': () => ok([{ ...newest, earlierVersion: 2 }, ...others]),
    });
    expect((await row(6)).textContent).toMatch(/Applied by mei · same text as version 2 · 1 setting changed/);
    expect(within(await detail(6)).getByText(/applied by mei · same text as version 2/)).toBeTruthy();
    expect((await row(5)).textContent).not.toContain('same text');
  });

  it('does not call a version applied that another program wrote', async () => {
    const [newest, ...others] = historyItems;
    if (newest === undefined) throw new Error('the fixture is empty');
    await open(appState(), { 'history:list': () => ok([{ ...newest, how: 'found', user: '' }, ...others]) });
    expect((await row(6)).textContent).toMatch(/Version 6In force.*hanged outside Bulkhead/);
  });

  it('makes an earlier version the draft, opens the review, applies nothing; undo reverts', async () => {
    const { user, store, bridge } = await open(appState());
    await user.click(await row(1));
    await user.click(await within(await detail(1)).findByRole('button', { name: 'Roll back to this…' }));
    await screen.findByRole('heading', { level: 1, name: 'Review & apply' });
    expect(store.get().draft).toBe(offText);
    expect(bridge.calls.some((call) => call.name === 'apply:start')).toBe(false);
    act(() => {
      store.undo();
    });
    expect(store.get().draft).toBe(appliedText);
  });

  it('rolls back to version 0, "no file", by an empty document', async () => {
    const { user, store } = await open(appState());
    await user.click(await row(0));
    await screen.findByText(/Rolling back makes a draft without any setting, which means the same/);
    await user.click(screen.getByRole('button', { name: 'Roll back to this…' }));
    expect(store.get().draft).toBe(freshSettings);
  });

  it('rolls back to version 0 of Docker Desktop by no file at all, and explains that', async () => {
    const { user, store } = await open(states['desktop']?.() ?? appState());
    await user.click(await row(0));
    await screen.findByText(
      /Rolling back makes an empty draft; applying it removes the file: Docker Desktop enforces no sign-in/,
    );
    await user.click(screen.getByRole('button', { name: 'Roll back to this…' }));
    expect(store.get().draft).toBe('');
  });

  it('compares a version with the applied text, and with the draft, under links of their own', async () => {
    const { user } = await open(states['edited']?.() ?? appState());
    await user.click(await row(1));
    const within1 = within(await detail(1));
    await user.click(within1.getByRole('combobox', { name: 'Compare with' }));
    await user.click(await screen.findByRole('option', { name: 'What is applied' }));
    await within1.findByText(/− what is applied, \+ Version 1/);
    await user.click(within1.getByRole('combobox', { name: 'Compare with' }));
    await user.click(await screen.findByRole('option', { name: 'The draft' }));
    await within1.findByText(/− the draft, \+ Version 1/);
    expect(window.location.hash).toBe('#/history?version=1&against=draft');
    expect(screen.getByText('Rolling back replaces your draft')).toBeTruthy();
  });

  it('compares any two versions, also by keyboard, and keeps the other side meanwhile', async () => {
    const { user } = await open(appState());
    const choice = within(await detail(6)).getByRole('combobox', { name: 'Compare with' });
    expect(choice.textContent).toBe('Previous (version 5)');
    await user.click(choice);
    expect(screen.queryByRole('option', { name: /^Version 6/ })).toBeNull();
    expect((await screen.findByRole('option', { name: /^Version 3/ })).getAttribute('aria-disabled')).toBe(
      'true',
    );
    await user.click(screen.getByRole('option', { name: /^Version 2/ }));
    await within(await detail(6)).findByText(/− Version 2, \+ Version 6 · \d+ change/);
    expect(window.location.hash).toBe('#/history?version=6&against=2');
    await user.click(await row(4));
    await within(await detail(4)).findByText(/− Version 2, \+ Version 4/);
    // Of the version itself it is what it changed.
    await user.click(await row(2));
    await within(await detail(2)).findByText(/− Version 1, \+ Version 2/);
    act(() => {
      within(screen.getByRole('region', { name: 'Version 2' }))
        .getByRole('combobox', { name: 'Compare with' })
        .focus();
    });
    await user.keyboard('{Enter}{End}{Enter}');
    await within(await detail(2)).findByText(/− Version 0, \+ Version 2/);
  });

  it('lists the newest of a thousand versions to compare with, and accepts the number of any', async () => {
    const { user } = await open(
      documentStates['historyHuge']?.() ?? appState(),
      documentResponses('historyHuge'),
    );
    const newest = within(await detail(1006));
    await user.click(newest.getByRole('combobox', { name: 'Compare with' }));
    const options = () => screen.getAllByRole('option', { name: /^Version/ }).length;
    expect(options()).toBe(49);
    await user.keyboard('{Escape}');
    const number = newest.getByRole('textbox', { name: 'Number of the version to compare with' });
    await user.type(number, '1007{Enter}');
    expect(newest.getByRole('alert').textContent).toBe('Can’t compare with version 1007');
    await user.clear(number);
    expect(newest.queryByRole('alert')).toBeNull();
    await user.type(number, '7{Enter}');
    await newest.findByText(/− Version 7, \+ Version 1006/);
    expect(window.location.hash).toBe('#/history?version=1006&against=7');
    // The one that was chosen is in the list, too.
    await user.click(newest.getByRole('combobox', { name: 'Compare with' }));
    expect(options()).toBe(50);
  });

  it('compares with the previous version if an address names one that can’t be compared', async () => {
    await open(appState());
    for (const against of ['3', '6', '77', 'x']) {
      act(() => {
        window.location.hash = `#/history?version=6&against=${against}`;
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      });
      await within(await detail(6)).findByText(/− Version 5, \+ Version 6/);
    }
  });

  it('shows which version can’t be read and why; the others can still be opened', async () => {
    const { user } = await open(appState());
    await user.click(await row(3));
    await screen.findByText(/meta\.json is missing or damaged/);
    expect(screen.queryByRole('button', { name: 'Roll back to this…' })).toBeNull();
    await user.click(await row(4));
    await screen.findByText('The version before can’t be read. Compare with what is applied instead.');
  });

  it('reloads when another process adds a version', async () => {
    let items = historyItems.slice(1);
    const { bridge } = await open(appState(), { 'history:list': () => ok([...items]) });
    await row(5);
    expect(screen.queryByRole('button', { name: /^Version 6/ })).toBeNull();
    items = [...historyItems];
    act(() => {
      bridge.emit('changed', { historyRevision: 1 });
    });
    await row(6);
  });

  it('shows the file that another program changed since as a version of its own', async () => {
    await open(documentStates['historyFound']?.() ?? appState(), documentResponses('historyFound'));
    expect((await row(7)).textContent).toContain('Changed outside Bulkhead');
  });

  it('shows that an unusable file can’t be used, and which version is in force instead', async () => {
    await open(documentStates['historyUnusable']?.() ?? appState(), documentResponses('historyFound'));
    const broken = await row(7);
    expect(broken.textContent).toContain('Can’t be used');
    expect(broken.textContent).not.toContain('Applied');
    expect((await row(6)).textContent).toMatch(/^Version 6In force/);
    expect((await row(5)).textContent).not.toContain('In force');
    expect(within(await detail(7)).getByText(/^Can’t be used · changed outside Bulkhead$/)).toBeTruthy();
  });
  it('shows that a deleted file was deleted, and which version is in force instead', async () => {
    await open(documentStates['historyDeleted']?.() ?? appState(), documentResponses('historyFound'));
    expect((await row(7)).textContent).toContain('File deleted');
    expect((await row(6)).textContent).toMatch(/^Version 6In force/);
  });
  it('shows a version between others that is the deletion of the file', async () => {
    const [newest, deleted, ...others] = historyItems;
    if (newest === undefined || deleted === undefined) throw new Error('the fixture is empty');
    const { user } = await open(appState(), {
      'history:list': () =>
        ok([newest, { ...deleted, user: '', at: null, how: 'none', eci: null }, ...others]),
      'history:read': ({ version }) => ok({ text: version === deleted.version ? null : appliedText }),
    });
    expect((await row(5)).textContent).toContain('The settings file was deleted · 2 settings changed');
    await user.click(await row(5));
    expect(await screen.findByText('Version 5 is the deletion of the settings file')).toBeTruthy();
    expect((await row(0)).textContent).toContain('No settings file');
  });
  it('shows a version that an apply is creating as being applied, not who changed it', async () => {
    const { bridge } = await open(
      appState({
        settings: settingsState(`${appliedText}\n`, { appliedVersion: 7 }),
        run: run({ fromVersion: 6, toVersion: 7 }),
      }),
      documentResponses('historyFound'),
    );
    expect((await row(7)).textContent).toMatch(/^Version 7Being applied2 settings changed/);
    expect(screen.queryByText(/Changed outside Bulkhead.*2 settings changed/)).toBeNull();
    act(() => {
      bridge.emit('changed', { run: run({ fromVersion: 6, toVersion: 7, activity: 'rolling-back' }) });
    });
    expect((await row(7)).textContent).toMatch(/^Version 7Being rolled back2 settings changed/);
  });
  it('renders only the visible rows of a thousand versions, and moves by the arrow keys', async () => {
    const { user } = await open(
      documentStates['historyHuge']?.() ?? appState(),
      documentResponses('historyHuge'),
    );
    const first = await row(1006);
    expect(screen.getAllByRole('listitem').length).toBeLessThan(60);
    first.focus();
    await user.keyboard('{ArrowDown}');
    await waitFor(() => {
      expect(document.activeElement?.textContent).toMatch(/^Version 1005/);
    });
    await detail(1005);
  });

  it('pages through the list if the page scrolls as a whole; so do the arrow keys', async () => {
    vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(640);
    const { user } = await open(
      documentStates['historyHuge']?.() ?? appState(),
      documentResponses('historyHuge'),
    );
    await row(1006);
    expect(within(screen.getByRole('list', { name: 'Versions' })).getAllByRole('listitem')).toHaveLength(5);
    expect(screen.getByText('1–5 of 1,006')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Newer versions' })).toHaveProperty('disabled', true);
    await user.click(screen.getByRole('button', { name: 'Older versions' }));
    expect(screen.getByText('6–10 of 1,006')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Newer versions' }));
    await user.click(await row(1002));
    // There may be a frame before the next page of the list is rendered.
    vi.spyOn(window, 'requestAnimationFrame').mockImplementation((frame) => {
      frame(0);
      return 0;
    });
    await user.keyboard('{ArrowDown}');
    await waitFor(() => {
      expect(document.activeElement?.textContent).toMatch(/^Version 1001/);
    });
    expect(screen.getByText('6–10 of 1,006')).toBeTruthy();
    // A linked version is on its page.
    act(() => {
      window.location.hash = '#/history?version=0';
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    });
    expect((await row(0)).getAttribute('aria-current')).toBe('true');
    expect(screen.getByText('1,006–1,006 of 1,006')).toBeTruthy();
  });

  it('has no roll back while settings are read-only, and shows what locks them', async () => {
    const { user } = await open(states['readOnly']?.() ?? appState());
    await user.click(await row(1));
    expect(await within(await detail(1)).findByText(/Locked by the permissions of/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Roll back to this…' })).toBeNull();
  });

  it('explains an empty history, and why one can’t be read', async () => {
    await open(appState({ settings: settingsState('') }), documentResponses('noFile'));
    await screen.findByText('Nothing was applied yet. The first apply becomes version 1.');
    await open(appState(), documentResponses('historyFailed'));
    await screen.findByText(/EACCES: permission denied, scandir/);
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });
});
