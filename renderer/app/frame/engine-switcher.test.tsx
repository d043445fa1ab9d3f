import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { offText, settingsState } from '../../dev/settings-fixture.ts';
import type { DiscoveredTarget } from '../../../shared/targets/target.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { namedState } from '../../dev/states.ts';
import { fail, ok } from '../../../shared/result.ts';

const longName = 'a-rather-long-name-for-an-engine-of-the-build-farm';
const removeName = `Remove Embedded engine · ${longName} from this list`;

const embedded = (root: string, phase: DiscoveredTarget['phase'] = 'stopped'): DiscoveredTarget => ({
  id: `embedded:${root}`,
  ref: { kind: 'embedded', root },
  name: 'workbench',
  place: root,
  phase,
  version: null,
});
const titles = (menu: HTMLElement) =>
  within(menu)
    .getAllByRole('menuitemradio')
    .map((item) => item.querySelector('p')?.textContent);

const open = async (user: Awaited<ReturnType<typeof renderApp>>['user']) => {
  await user.keyboard('{Control>}e{/Control}');
  return screen.findByRole('menu', { name: 'Engines' });
};

describe('the engine switcher', () => {
  it('shows name and state, and lists the detected engines with the open one ticked (Ctrl E)', async () => {
    const { user } = await renderApp(appState(), 'overview');
    expect(
      screen.getByRole('button', { name: /^Engine: Embedded engine, Protected, except 4/ }),
    ).toBeTruthy();
    const menu = await open(user);
    await waitFor(() => {
      expect(
        within(menu)
          .getAllByRole('menuitemradio')
          .map((item) => [item.textContent, item.getAttribute('aria-checked')]),
      ).toEqual([
        ['Embedded engine/var/lib/bulkheadRunning · 26.1.5', 'true'],
        ['Docker Engine of this machine/var/run/docker.sockRunning · 27.3.1', 'false'],
        ['Docker Desktop/usr/share/docker-desktop/admin-settings.jsonStopped · 4.41.2', 'false'],
        [expect.stringContaining(`Embedded engine · ${longName}/srv/engines/`), 'false'],
      ]);
    });
  });

  it('sends the draft before it switches, and drops what was typed for the previous engine', async () => {
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

  it('distinguishes embedded engines by their directories, the open one too', async () => {
    const base = appState();
    const { user } = await renderApp(
      appState({
        target: { ...base.target, id: 'embedded:/srv/a/engine' },
        engine: { ...base.engine, root: '/srv/a/engine' },
      }),
      'overview',
      { 'targets:list': () => ok([embedded('/srv/a/engine'), embedded('/srv/b/engine')]) },
    );
    const button = screen.getByRole('button', { name: /^Engine: Embedded engine · engine, / });
    expect(button.textContent).toMatch(/^engineProtected, except 4/);
    const menu = await open(user);
    await waitFor(() => {
      expect(titles(menu)).toEqual(['Embedded engine · a/engine', 'Embedded engine · b/engine']);
    });
  });

  it('removes a stopped embedded engine that is not open, and only that; undo lists it again', async () => {
    const { user, bridge } = await renderApp(appState(), 'overview');
    const menu = await open(user);
    const remove = await within(menu).findByRole('menuitem', { name: /^Remove/ });
    expect(remove.getAttribute('aria-label')).toBe(removeName);
    await user.click(remove);
    const undo = await within(menu).findByRole('menuitem', { name: /^Removed from this list: / });
    expect(undo.textContent).toContain('Its directory stays.');
    expect(document.activeElement).toBe(undo);
    expect(titles(menu)).toHaveLength(3);
    await user.keyboard('{Enter}');
    const again = await within(menu).findByRole('menuitemradio', { name: new RegExp(longName) });
    expect(document.activeElement).toBe(again);
    const id = `embedded:/srv/engines/${longName}`;
    expect(bridge.calls.filter((call) => call.name.startsWith('targets:')).slice(1)).toMatchObject([
      { name: 'targets:forget', input: { id } },
      { name: 'targets:remember', input: { id } },
    ]);
  });

  it('removes by Delete, and the arrow keys reach the remove button', async () => {
    const { user } = await renderApp(appState(), 'overview');
    const menu = await open(user);
    const item = await within(menu).findByRole('menuitemradio', { name: new RegExp(longName) });
    await waitFor(() => {
      expect(menu.contains(document.activeElement)).toBe(true);
    });
    await user.keyboard('{End}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe(removeName);
    await user.keyboard('{ArrowUp}');
    expect(document.activeElement).toBe(item);
    await user.keyboard('{Delete}');
    expect(await within(menu).findByRole('menuitem', { name: /^Removed from this list: / })).toBeTruthy();
  });

  it('explains why an engine cannot be removed from the list', async () => {
    const { user } = await renderApp(appState(), 'overview', {
      'targets:forget': () => fail('input.unusable', 'the engine stays in the list', { reason: 'it runs' }),
    });
    const menu = await open(user);
    await user.click(await within(menu).findByRole('menuitem', { name: removeName }));
    expect(await screen.findByText(/^The list stays as it is: the engine stays in the list/)).toBeTruthy();
    expect(titles(menu)).toHaveLength(4);
  });

  it('shows as many engines as fit, the open and running ones first, and the others on demand', async () => {
    const height = window.innerHeight;
    window.innerHeight = 400;
    try {
      const many = Array.from({ length: 9 }, (_, n) => embedded(`/srv/engines/e${n}`));
      const { user } = await renderApp(appState(), 'overview', {
        'targets:list': () =>
          ok([...many, embedded('/srv/engines/up', 'ready'), embedded('/var/lib/bulkhead')]),
      });
      const menu = await open(user);
      const all = await within(menu).findByRole('menuitem', { name: 'Show all (11)' });
      expect(titles(menu)).toEqual([
        'Embedded engine',
        'Embedded engine · up',
        'Embedded engine · e0',
        'Embedded engine · e1',
        'Embedded engine · e2',
      ]);
      await user.keyboard('{End}');
      expect(document.activeElement).toBe(all);
      await user.keyboard('{Enter}');
      await waitFor(() => {
        expect(titles(menu)).toHaveLength(11);
      });
      expect(document.activeElement?.querySelector('p')?.textContent).toBe('Embedded engine · e3');
    } finally {
      window.innerHeight = height;
    }
  });

  it('shows why the engine was not switched', async () => {
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

it('beside the engine’s name and beside the headline of the Overview, its state is as severe', async () => {
  const { bridge } = await renderApp(appState(), 'overview');
  const tones = () =>
    [...document.querySelectorAll('[data-engine-switcher], main header [data-tone]')].map((element) =>
      element.getAttribute('data-tone'),
    );
  const shown = [];
  for (const name of [
    'protected',
    'off',
    'unverified',
    'audit',
    'stopped',
    'failed',
    'deletedFile',
    'brokenFile',
    'rootGone',
    'rootGoneStopped',
  ]) {
    act(() => {
      bridge.emit('changed', namedState(name));
    });
    shown.push([name, ...tones()]);
  }
  expect(shown).toEqual([
    ['protected', 'ok', 'ok'],
    ['off', 'neutral', 'neutral'],
    ['unverified', 'warn', 'warn'],
    ['audit', 'warn', 'warn'],
    ['stopped', 'neutral', 'neutral'],
    ['failed', 'danger', 'danger'],
    ['deletedFile', 'danger', 'danger'],
    ['brokenFile', 'danger', 'danger'],
    ['rootGone', 'danger', 'danger'],
    ['rootGoneStopped', 'danger', 'danger'],
  ]);
});
