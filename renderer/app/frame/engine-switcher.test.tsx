import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { offText, settingsState } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { fail } from '../../../shared/result.ts';

const open = async (user: Awaited<ReturnType<typeof renderApp>>['user']) => {
  await user.keyboard('{Control>}e{/Control}');
  return screen.findByRole('menu', { name: 'Engines' });
};

describe('the engine switcher', () => {
  it('says name and state, and lists what is found with the open one ticked (Ctrl E)', async () => {
    const { user } = await renderApp(appState(), 'overview');
    expect(screen.getByRole('button', { name: /^Engine: workbench, Protected, except 4/ })).toBeTruthy();
    const menu = await open(user);
    await waitFor(() => {
      expect(
        within(menu)
          .getAllByRole('menuitemradio')
          .map((item) => [item.textContent, item.getAttribute('aria-checked')]),
      ).toEqual([
        ['Embedded engine on workbench/var/lib/bulkheadRunning · 26.1.5', 'true'],
        ['Docker Engine of this machine/var/run/docker.sockRunning · 27.3.1', 'false'],
        ['Docker Desktop/usr/share/docker-desktop/admin-settings.jsonStopped · 4.41.2', 'false'],
        [expect.stringContaining('Embedded engine on workbench/srv/engines/'), 'false'],
      ]);
    });
  });

  it('sends the draft before it switches, and forgets what was typed about the engine before', async () => {
    const { user, bridge, store } = await renderApp(
      appState({ settings: settingsState(offText) }),
      'overview',
    );
    store.setDraft(offText.replace('false', 'true'));
    const menu = await open(user);
    await user.click(await within(menu).findByRole('menuitemradio', { name: /Docker Desktop/ }));
    await waitFor(() => {
      expect(store.get().app?.target.id).toBe('docker-desktop');
    });
    expect(
      bridge.calls
        .map((call) => call.name)
        .filter((name) => name === 'settings:set-draft' || name === 'target:switch'),
    ).toEqual(['settings:set-draft', 'target:switch']);
    expect(store.get().undo).toEqual([]);
    expect(screen.getByRole('button', { name: /^Engine: Docker Desktop/ })).toBeTruthy();
  });

  it('says why it stayed', async () => {
    const { user } = await renderApp(appState(), 'overview', {
      'target:switch': () =>
        fail('apply.in-progress', 'an apply is under way', { hint: 'Wait until it has ended.' }),
    });
    const menu = await open(user);
    await user.click(await within(menu).findByRole('menuitemradio', { name: /Docker Engine/ }));
    expect(
      await screen.findByText('The engine stays: an apply is under way. Wait until it has ended.'),
    ).toBeTruthy();
  });
});
