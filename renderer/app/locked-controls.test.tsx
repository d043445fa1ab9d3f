import { act, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { run } from '../dev/apply-fixture.ts';
import { appState } from '../dev/app-fixture.ts';
import { appliedText, settingsState } from '../dev/settings-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { pageIds, type PageId } from '../../shared/pages/pages.ts';

// Every way in which the settings can be out of reach, and every page that shows them as controls.
const text = appliedText.replace(
  '},\n  "filesharing',
  '},\n  "bulkhead": { "mode": "audit", "perImageCommandLists": ' +
    '[{ "image": "docker:cli", "type": "allow", "commands": ["ps"] }] },\n  "filesharing',
);
const changed = text
  .replace('"docker:cli", ', '')
  .replace('"sharedByDefault": false', '"sharedByDefault": true')
  .replace('"push", "image*"', '"push", "build*"')
  .replace('"value": true', '"value": false');
const settings = (readOnly: string | null): AppState['settings'] =>
  settingsState(text, { readOnly, draft: changed });
const locks: readonly (readonly [string, string, () => AppState])[] = [
  ['no rights', 'administrator (root)', () => appState({ settings: settings('administrator (root)') })],
  [
    'the file',
    '/usr/share/docker-desktop/admin-settings.json',
    () => appState({ settings: settings('/usr/share/docker-desktop/admin-settings.json') }),
  ],
  ['an apply under way', 'the apply under way', () => appState({ settings: settings(null), run: run() })],
];
const pages: readonly PageId[] = ['isolation', 'docker-socket', 'file-sharing'];
const everyPage = pageIds.filter((page) => page !== 'preferences');
/** Controls that change no setting. */
const harmless = new RegExp(
  String.raw`^(Show|Hide|Find a command|\d+ more|Fewer|Query the registries again|Actions for |` +
    String.raw`Default list|docker:cli|Show the own list|\d+ images? match|` +
    String.raw`Host path to try|Applied|Draft|Forget |Copy|` +
    'Choose…|Command list|Review)',
);

describe.each(locks)('settings locked by %s', { timeout: 60_000 }, (_kind, who, state) => {
  it.each(pages)('are read and never changed on the page %s: no click, no key', async (page) => {
    const { user, store, bridge } = await renderApp(state(), page);
    const main = within(screen.getByRole('main'));
    expect(main.getAllByText(`Locked by ${who}`).length).toBeGreaterThan(0);
    const controls = (
      ['switch', 'checkbox', 'radio', 'combobox', 'textbox', 'searchbox', 'button'] as const
    ).flatMap((role) => main.queryAllByRole(role));
    expect(controls.length).toBeGreaterThan(5);
    const before = store.get().draft;
    for (const control of new Set(controls)) {
      if (!control.isConnected) continue;
      const name =
        control.getAttribute('aria-label') ??
        (control.textContent || control.getAttribute('placeholder') || '');
      // The heads of a table sort what is shown.
      const sorts = control.closest('th, [role="columnheader"]') !== null;
      if (!sorts && !harmless.test(name)) {
        expect(`${name}: ${String(control.matches(':disabled, [aria-disabled="true"]'))}`).toBe(
          `${name}: true`,
        );
        expect(name).toContain(`Locked by ${who}`);
      }
      if (/^(Review|Choose)/.test(name)) continue;
      await user.click(control);
      control.focus();
      await user.keyboard(' ');
      await user.keyboard('{Enter}');
      await user.keyboard('{Escape}');
    }
    expect(store.get().draft).toBe(before);
    expect(
      bridge.calls.filter(({ name }) => name.startsWith('settings:') || name.startsWith('dialog:')),
    ).toEqual([]);
  });

  it.each(everyPage)('are neither undone nor redone on the page %s, in text or out of it', async (page) => {
    const { user, store, bridge } = await renderApp(
      appState({ settings: settingsState(text, { draft: changed }) }),
      page,
    );
    // There is a step to undo and one to redo before the lock.
    act(() => {
      store.setDraft(`${changed}\n`);
      store.setDraft(`${changed}\n\n`);
      store.undo();
    });
    await act(async () => {
      await store.flush();
    });
    const before = `${changed}\n`;
    const { settings: lockedSettings, run: locking } = state();
    act(() => {
      bridge.emit('changed', { settings: { ...lockedSettings, draft: before }, run: locking });
    });
    const main = within(screen.getByRole('main'));
    if (page === 'json')
      await main.findByRole('textbox', { name: 'admin-settings.json, draft' }, { timeout: 20_000 });
    for (const control of [
      document.body,
      ...(['switch', 'textbox', 'button'] as const).flatMap((role) => main.queryAllByRole(role).slice(0, 1)),
    ]) {
      act(() => {
        control.focus();
      });
      for (const keys of [
        '{Control>}z{/Control}',
        '{Control>}{Shift>}z{/Shift}{/Control}',
        '{Control>}y{/Control}',
      ]) {
        await user.keyboard(keys);
        expect(store.get().draft).toBe(before);
      }
    }
  });
});
