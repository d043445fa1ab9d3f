import { act, cleanup, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { desktopStates } from '../../dev/desktop-states.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { pageOfDesktopSetting, pageOfSetting } from '../../../shared/pages/setting-page.ts';
import { pages } from '../../../shared/pages/pages.ts';
import { entries, groups, proxies } from './document.ts';

const open = (state = 'desktop') => renderApp(desktopStates[state]?.() ?? appState(), 'desktop-settings');
const card = (name: string) => within(screen.getByRole('region', { name }));

describe("Docker Desktop's own settings", () => {
  it('show before anything is saved that the file holds the engine at boot', async () => {
    await open();
    expect(screen.getByText('The file holds the engine at boot until a Business user signs in')).toBeTruthy();
  });

  it('list the policies that take precedence over the file', async () => {
    await open();
    expect(
      screen.getByText('Policies of the Docker Admin Console take precedence over this file'),
    ).toBeTruthy();
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

  it('set the proxy of containers, with a script and ports', async () => {
    const { user, store } = await open();
    const applied = store.get().draft;
    const proxy = card('Proxy of containers');
    await user.click(proxy.getByRole('combobox', { name: 'Taken from' }));
    await user.click(await screen.findByRole('option', { name: 'These addresses' }));
    await user.type(proxy.getByRole('textbox', { name: 'PAC script' }), 'DIRECT');
    expect(proxy.getByText(/The script must define/)).toBeTruthy();
    await user.clear(proxy.getByRole('textbox', { name: 'PAC script' }));
    const script = 'function FindProxyForURL() {\n  return "DIRECT";\n}';
    await user.click(proxy.getByRole('textbox', { name: 'PAC script' }));
    await user.paste(script);
    await user.type(proxy.getByRole('textbox', { name: 'Transparent ports' }), '80;443');
    expect(proxy.getByText(/These are not ports/)).toBeTruthy();
    await user.clear(proxy.getByRole('textbox', { name: 'Transparent ports' }));
    await user.type(proxy.getByRole('textbox', { name: 'Transparent ports' }), '80,443{Enter}');
    expect(JSON.parse(store.get().draft)).toMatchObject({
      containersProxy: { locked: true, mode: 'manual', embeddedPac: script, transparentPorts: '80,443' },
    });
    // Only the proxy of Docker Desktop itself has these.
    expect(proxy.queryByText('Kerberos and NTLM')).toBeNull();
    await user.click(proxy.getByRole('button', { name: 'Undo the change to Taken from' }));
    expect(store.get().draft).toBe(applied);
  });

  it('turn Kerberos on in every mode, and off again byte for byte', async () => {
    const { user, store } = await open();
    const applied = store.get().draft;
    const kerberos = card('Proxy of Docker Desktop').getByRole('switch', { name: 'Kerberos and NTLM' });
    await user.click(kerberos);
    expect(JSON.parse(store.get().draft)).toMatchObject({
      proxy: { mode: 'system', enableKerberosNtlm: true },
    });
    await user.click(kerberos);
    expect(store.get().draft).toBe(applied);
  });

  it('of Windows are listed there only, and a port is written as a whole number', async () => {
    await open();
    expect(screen.queryByText('Port for Windows containers')).toBeNull();
    expect(screen.queryByText('WSL 2')).toBeNull();
    cleanup();
    const { user, store } = await open('desktopOff');
    const proxy = card('Proxy of Docker Desktop');
    await user.click(proxy.getByRole('combobox', { name: 'Taken from' }));
    await user.click(await screen.findByRole('option', { name: 'The system' }));
    const port = proxy.getByRole('textbox', { name: 'Port for Windows containers' });
    await user.type(port, '70000{Enter}');
    expect(proxy.getByText(/A whole number from/)).toBeTruthy();
    expect(JSON.parse(store.get().draft)).not.toHaveProperty('proxy.windowsDockerdPort');
    await user.clear(port);
    await user.type(port, '65000{Enter}');
    expect(JSON.parse(store.get().draft)).toHaveProperty('proxy.windowsDockerdPort', 65_000);
    expect(screen.getByText('Uses the WSL 2 based engine. Only on Windows.')).toBeTruthy();
    await user.click(card('Locked most often').getByRole('combobox', { name: 'WSL 2' }));
    await user.click(await screen.findByRole('option', { name: 'On, locked' }));
    expect(JSON.parse(store.get().draft)).toHaveProperty('linuxVM.wslEngineEnabled', {
      locked: true,
      value: true,
    });
  });

  it('lock which addresses ports are published on, and name the version that reads it', async () => {
    const { user, store } = await open();
    expect(screen.getByText(/Docker Desktop 4\.52 or newer: 4\.41\.2 here ignores it\./)).toBeTruthy();
    await user.click(card('Locked most often').getByRole('combobox', { name: 'Published ports' }));
    await user.click(await screen.findByRole('option', { name: 'localhost only (locked)' }));
    expect(JSON.parse(store.get().draft)).toMatchObject({
      portBindingBehavior: { locked: true, value: 'local-only-port-binding' },
    });
    // A value that Docker Desktop may have learned since is no other one.
    act(() => {
      store.setDraft(store.get().draft.replace('local-only-port-binding', 'port-roulette'));
    });
    expect(
      await card('Locked most often').findByRole('combobox', { name: 'Published ports' }),
    ).toHaveProperty('textContent', 'port-roulette (locked)');
  });

  it('with one lock for several are written as a group, and taken back byte for byte', async () => {
    const { user, store } = await open();
    const applied = store.get().draft;
    const choose = async (group: string, name: string, option: string) => {
      await user.click(card(group).getByRole('combobox', { name }));
      await user.click(await screen.findByRole('option', { name: option }));
    };
    await choose('Docker Scout', 'SBOM indexing', 'Off');
    await choose('Docker Scout', 'Background indexing', 'Off');
    await choose('Kubernetes', 'Kubernetes cluster', 'Off');
    await user.type(
      card('Kubernetes').getByRole('textbox', { name: 'Images from' }),
      'registry.corp.example/k8s{Enter}',
    );
    await user.click(card('Kubernetes').getByRole('switch', { name: 'Locked' }));
    expect(JSON.parse(store.get().draft)).toMatchObject({
      scout: { locked: true, sbomIndexing: false, useBackgroundIndexing: false },
      kubernetes: { locked: false, enabled: false, imagesRepository: 'registry.corp.example/k8s' },
    });
    for (const [group, name] of [
      ['Docker Scout', 'SBOM indexing'],
      ['Docker Scout', 'Background indexing'],
      ['Kubernetes', 'Images from'],
    ] as const)
      await user.click(card(group).getByRole('button', { name: `Undo the change to ${name}` }));
    await choose('Kubernetes', 'Kubernetes cluster', 'Not set');
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

  it('are invalid with a value of a wrong type, as for the linter, until another one is chosen', async () => {
    const { user, store } = await open();
    const wrong = {
      extensionsEnabled: { locked: true, value: 'true' },
      analyticsEnabled: { locked: false, value: 1 },
      allowBetaFeatures: { locked: 'yes', value: true },
      enableDockerAI: true,
      scout: { locked: 'yes', sbomIndexing: 'true' },
      proxy: { mode: 'system', enableKerberosNtlm: 'true' },
    };
    act(() => {
      store.setDraft(JSON.stringify({ configurationFileVersion: 2, ...wrong }));
    });
    const most = card('Locked most often');
    for (const name of ['Extensions', 'Usage statistics', 'Beta features', 'Docker AI'])
      expect((await most.findByRole('combobox', { name })).textContent).toBe('Invalid');
    expect(most.getByRole('combobox', { name: 'Model Runner' }).textContent).toBe('Not set');
    expect(most.getByText(/: expected true or false, got a number\.$/)).toBeTruthy();
    const scout = card('Docker Scout');
    expect(scout.getByRole('combobox', { name: 'SBOM indexing' }).textContent).toBe('Invalid');
    expect(scout.getAllByText(/: expected true or false/)).toHaveLength(2);
    expect(card('Proxy of Docker Desktop').getByText(/: expected true or false/)).toBeTruthy();
    await user.click(most.getByRole('combobox', { name: 'Extensions' }));
    await user.click(await screen.findByRole('option', { name: 'On, locked' }));
    expect(JSON.parse(store.get().draft)).toMatchObject({ extensionsEnabled: { locked: true, value: true } });
    expect(most.getByRole('combobox', { name: 'Extensions' }).textContent).toBe('On, locked');
  });

  it('are invalid where a group or a text is of a wrong type, until another value replaces it', async () => {
    const { user, store } = await open('desktopOff');
    const wrong = {
      kubernetes: { locked: true, imagesRepository: 5 },
      scout: 'yes',
      proxy: { locked: true, mode: 'manual', http: 8080, https: 'http://proxy:3128', exclude: ['a', 1] },
      linuxVM: 7,
    };
    act(() => {
      store.setDraft(JSON.stringify({ configurationFileVersion: 2, ...wrong }));
    });
    const scout = card('Docker Scout');
    for (const name of ['SBOM indexing', 'Background indexing'])
      expect((await scout.findByRole('combobox', { name })).textContent).toBe('Invalid');
    expect(scout.getAllByText(/: expected an object/)).toHaveLength(2);
    const texts = [
      ['Kubernetes', 'Images from', '5', '/kubernetes/imagesRepository: expected a string, got a number.'],
      ['Proxy of Docker Desktop', 'HTTP', '8080', '/proxy/http: expected a string, got a number.'],
      [
        'Proxy of Docker Desktop',
        'Without the proxy',
        'a, 1',
        '/proxy/exclude/1: expected a string, got a number.',
      ],
    ] as const;
    for (const [group, name, value, why] of texts) {
      const field = card(group).getByRole('textbox', { name });
      expect(field).toHaveProperty('value', value);
      expect(field.getAttribute('aria-invalid')).toBe('true');
      expect(card(group).getAllByText(why).length).toBeGreaterThan(0);
    }
    const https = card('Proxy of Docker Desktop').getByRole('textbox', { name: 'HTTPS' });
    expect(https.getAttribute('aria-invalid')).toBe('false');
    const wsl = card('Locked most often').getByRole('combobox', { name: 'WSL 2' });
    expect(wsl.textContent).toBe('Invalid');

    const images = card('Kubernetes').getByRole('textbox', { name: 'Images from' });
    await user.type(images, '0{Backspace}{Enter}');
    await user.click(scout.getByRole('combobox', { name: 'SBOM indexing' }));
    await user.click(await screen.findByRole('option', { name: 'Off' }));
    await user.click(wsl);
    await user.click(await screen.findByRole('option', { name: 'On, locked' }));
    expect(JSON.parse(store.get().draft)).toMatchObject({
      kubernetes: { locked: true, imagesRepository: '5' },
      scout: { locked: true, sbomIndexing: false },
      linuxVM: { wslEngineEnabled: { locked: true, value: true } },
    });
    expect(images.getAttribute('aria-invalid')).toBe('false');
    act(() => {
      store.setDraft(JSON.stringify({ configurationFileVersion: 2, scout: 'yes' }));
    });
    await user.click(scout.getByRole('combobox', { name: 'SBOM indexing' }));
    await user.click(await screen.findByRole('option', { name: 'Not set' }));
    // As applied: no file.
    expect(store.get().draft).toBe('');
  });

  it('show a mode of a proxy that is not known here, and are valid without the lock', async () => {
    const { user, store } = await open();
    act(() => {
      const proxy = { locked: true, mode: 'auto' };
      store.setDraft(JSON.stringify({ configurationFileVersion: 2, proxy, scout: { sbomIndexing: true } }));
    });
    const mode = await card('Proxy of Docker Desktop').findByRole('combobox', { name: 'Taken from' });
    expect(mode.textContent).toBe('auto');
    await user.click(mode);
    await user.click(await screen.findByRole('option', { name: 'The system' }));
    expect(JSON.parse(store.get().draft)).toMatchObject({ proxy: { locked: true, mode: 'system' } });
    expect(card('Docker Scout').getByRole('combobox', { name: 'SBOM indexing' }).textContent).toBe('On');
  });

  it('are where links to these settings lead, and what the page says that it edits', async () => {
    expect(pages['desktop-settings'].settingsWhereOffered).toEqual([
      ...proxies.map((name) => `/${name}`),
      ...Object.values(entries),
      ...Object.keys(groups).map((name) => `/${name}`),
    ]);
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
    const ofUpdates = await screen.findByRole('button', { name: /^Open: Wrong type/ });
    await user.click(ofUpdates);
    expect(window.location.hash).toBe('#/desktop-settings?pointer=%2FdisableUpdate%2Fvalue');
  });

  it('are no page of other engines', async () => {
    await renderApp(appState(), 'desktop-settings');
    expect(screen.queryByRole('link', { name: 'Docker Desktop' })).toBeNull();
    expect(screen.getByText('Not on this engine: only Docker Desktop has these settings.')).toBeTruthy();
  });
});
