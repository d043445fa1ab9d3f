import { act, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { desktopStates } from '../../dev/desktop-states.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { pageOfDesktopSetting, pageOfSetting } from '../../../shared/pages/setting-page.ts';
import { pages } from '../../../shared/pages/pages.ts';
import { proxies, toggles } from './document.ts';

const open = () => renderApp(desktopStates['desktop']?.() ?? appState(), 'desktop-settings');
const card = (name: string) => within(screen.getByRole('region', { name }));

describe("Docker Desktop's own settings", () => {
  it('say before anything is saved that the file holds the engine at boot', async () => {
    await open();
    expect(screen.getByText('The file holds the engine at boot until a Business user signs in')).toBeTruthy();
  });

  it('say which policies count before the file', async () => {
    await open();
    expect(screen.getByText('Policies of the Docker Admin Console count before this file')).toBeTruthy();
    expect(screen.getByText(/first, then one for the organisation, then this file, and a/)).toBeTruthy();
  });

  it('set the proxy, with hosts as a list, and take it back byte for byte', async () => {
    const { user, store } = await open();
    const applied = store.get().draft;
    const proxy = card('Proxy of Docker Desktop');
    await user.click(proxy.getByRole('combobox', { name: 'Taken from' }));
    await user.click(await screen.findByRole('option', { name: 'These addresses' }));
    await user.type(proxy.getByRole('textbox', { name: 'HTTPS' }), 'proxy:3128');
    expect(proxy.getByText(/This is not an address/)).toBeTruthy();
    await user.clear(proxy.getByRole('textbox', { name: 'HTTPS' }));
    await user.type(proxy.getByRole('textbox', { name: 'HTTPS' }), 'http://proxy:3128{Enter}');
    await user.type(proxy.getByRole('textbox', { name: 'Without the proxy' }), '*.corp, 10.0.0.0/8{Tab}');
    expect(JSON.parse(store.get().draft)).toMatchObject({
      proxy: { mode: 'manual', https: 'http://proxy:3128', exclude: ['*.corp', '10.0.0.0/8'] },
    });
    for (const name of ['HTTPS', 'Without the proxy', 'Taken from'])
      await user.click(proxy.getByRole('button', { name: `Undo the change to ${name}` }));
    expect(store.get().draft).toBe(applied);
  });

  it('lock a setting, and leave it out again', async () => {
    const { user, store } = await open();
    const choose = async (option: string) => {
      await user.click(card('Locked most often').getByRole('combobox', { name: 'Extensions' }));
      await user.click(await screen.findByRole('option', { name: option }));
    };
    await choose('Off, locked');
    expect(JSON.parse(store.get().draft)).toMatchObject({
      extensionsEnabled: { locked: true, value: false },
    });
    await choose('Not set');
    expect(JSON.parse(store.get().draft)).not.toHaveProperty('extensionsEnabled');
    // For Windows alone.
    expect(screen.queryByText('API on TCP port 2375')).toBeNull();
  });

  it('are where links to these settings lead, and what the page says that it edits', async () => {
    expect(pages['desktop-settings'].settingsWhereOffered).toEqual(
      [...proxies, ...toggles].map((name) => `/${name}`),
    );
    expect(pageOfDesktopSetting('/proxy/http')).toBe('desktop-settings');
    expect(pageOfDesktopSetting('/proxyOfAnother')).toBe('json');
    expect(pageOfDesktopSetting('/filesharingAllowedDirectories/0')).toBe('file-sharing');
    expect(pageOfSetting('/proxy/http')).toBe('json');
    const { user, store } = await open();
    act(() => {
      store.setDraft(
        store.get().draft.replace('"locked": false, "value": true', '"locked": false, "value": "yes"'),
      );
    });
    await user.click(await screen.findByRole('link', { name: /^Docker Desktop ?has changes/ }));
    await user.click(screen.getByRole('button', { name: 'Review & apply' }));
    const findings = await screen.findAllByRole('button', { name: 'Open' });
    const ofUpdates = findings.find((button) => button.parentElement?.textContent.includes('Wrong type'));
    if (ofUpdates === undefined) throw new Error('no finding about the value');
    await user.click(ofUpdates);
    expect(window.location.hash).toBe('#/desktop-settings?pointer=%2FdisableUpdate%2Fvalue');
  });

  it('are no page of other engines', async () => {
    await renderApp(appState(), 'desktop-settings');
    expect(screen.queryByRole('link', { name: 'Docker Desktop' })).toBeNull();
    expect(screen.getByText('Not on this engine: only Docker Desktop has these settings.')).toBeTruthy();
  });
});
