import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { states } from '../dev/states.ts';
import { targetCapabilities } from '../dev/app-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { usersOwn } from '../pages/overview/desktop-card.tsx';

const state = (name: string): AppState => {
  const make = states[name];
  if (make === undefined) throw new Error('no such state');
  return make();
};

describe('Docker Desktop as the open engine', () => {
  it('is shown on the Overview: version, machine, what the file does, what a user overrode', async () => {
    await renderApp(state('desktop'), 'overview');
    const card = screen.getByRole('region', { name: 'Docker Desktop' });
    for (const text of [
      '4.41.2',
      'A virtual machine of its own (the default here)',
      'Enforced while the file is there',
      'disableUpdate: false differs',
    ])
      expect(within(card).getByText(text)).toBeTruthy();
    expect(screen.queryByText('The gateway does not respond')).toBeNull();
  });

  it('shows what its version and machine protect', async () => {
    await renderApp(state('desktop'), 'overview');
    const row = screen.getByRole('row', { name: /docker build, docker driver/ });
    expect(within(row).getByText('Protected')).toBeTruthy();
    await renderApp(
      {
        ...state('desktop'),
        target: {
          ...state('desktop').target,
          product: { ...state('desktopOff').target.product, version: '4.29.0' } as NonNullable<
            AppState['target']['product']
          >,
        },
      },
      'overview',
    ); // a fixture's own facts
    expect(
      within(screen.getByRole('row', { name: /docker build, docker driver/ })).getByText('Unprotected'),
    ).toBeTruthy();
  });

  it('shows in the footer that it has to be quit, and what the file does at boot', async () => {
    await renderApp(state('desktopEdited'), 'isolation');
    expect(
      screen.getByText(
        'Quit and reopen Docker Desktop. While the file is there, it holds the engine at boot until a ' +
          'Business user signs in.',
      ),
    ).toBeTruthy();
  });

  it('shows disabled text with the reason, and no control, for unsupported features', async () => {
    await renderApp(state('desktop'), 'isolation');
    expect(
      screen.getAllByText(
        'Not on this engine: Docker Desktop enforces the policy, and does not support this.',
      ),
    ).toHaveLength(3);
    expect(screen.queryByRole('combobox')).toBeNull();
    expect(screen.queryByRole('radio')).toBeNull();
    expect(screen.getAllByRole('switch')).toHaveLength(2);
  });

  it('explains why there is no decision log', async () => {
    await renderApp(state('desktop'), 'activity');
    expect(
      screen.getByText('Not on this engine: Docker Desktop decides by itself and keeps no log of it.'),
    ).toBeTruthy();
  });

  it('offers to remove containers, and not to recreate them', async () => {
    const { user } = await renderApp(state('desktop'), 'containers');
    await user.click(screen.getByRole('checkbox', { name: /old-vpn/ }));
    expect(screen.getByRole('button', { name: 'Remove…' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Recreate/ })).toBeNull();
  });
});

describe("the machine's own Docker Engine as the open engine", () => {
  it('finds no command to verify, start or restart it', async () => {
    const { user } = await renderApp(state('machine'), 'overview');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'command');
    const found = screen
      .queryAllByRole('option')
      .map((option) => option.textContent)
      .join('\n');
    expect(found).toContain('Scan');
    expect(found).not.toMatch(/Verify|Start|Restart/);
  });

  it('shows on every page that it is read-only, and suggests another one', async () => {
    const { user } = await renderApp(state('machine'), 'overview');
    expect(screen.getByText('This engine is shown read-only')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Turn on…' })).toBeNull();
    await user.click(screen.getAllByRole('button', { name: 'Switch engine…' })[0] ?? document.body);
    expect(await screen.findByRole('menu', { name: 'Engines' })).toBeTruthy();
  });

  it('has no switch that can be used', async () => {
    await renderApp(state('machine'), 'isolation');
    for (const one of screen.queryAllByRole('switch')) expect(one.hasAttribute('disabled')).toBe(true);
    expect(screen.queryByText('What turning it on will do here')).toBeNull();
  });

  it('lists its containers, and removes none', async () => {
    const { user } = await renderApp(state('machine'), 'containers');
    await user.click(screen.getByRole('checkbox', { name: /old-vpn/ }));
    expect(screen.queryByRole('button', { name: 'Remove…' })).toBeNull();
  });
});

it("a user's own setting takes effect if the admin left it unlocked and it differs", () => {
  const user = { DisableUpdate: false, analyticsEnabled: true, wslEngineEnabled: true, other: 1 };
  expect(
    usersOwn(
      {
        disableUpdate: { locked: false, value: true },
        analyticsEnabled: { locked: true, value: false },
        wslEngineEnabled: { value: true },
        proxy: { mode: 'system' },
      },
      user,
    ),
  ).toEqual([{ name: 'disableUpdate', chosen: false }]);
});

describe('another engine that opens while a dialog is open', () => {
  /** A second start of the app opens it, regardless of open dialogs. */
  const openOther = (bridge: Awaited<ReturnType<typeof renderApp>>['bridge']) => {
    const target = {
      id: 'embedded:/srv/other',
      kind: 'embedded' as const,
      capabilities: targetCapabilities.embedded,
      product: null,
    };
    act(() => {
      bridge.emit('changed', { target });
    });
  };

  it('closes the dialog: what was confirmed for one engine is not done to another', async () => {
    const { bridge } = await renderApp(state('protected'), 'overview');
    act(() => {
      window.location.hash = '#/overview?ask=stop';
    });
    expect(await screen.findByRole('dialog')).toBeTruthy();
    openOther(bridge);
    await waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(bridge.calls.some(({ name }) => name === 'engine:stop')).toBe(false);
  });

  it('closes the dialog that would discard a draft', async () => {
    const { bridge, user } = await renderApp(state('edited'), 'isolation');
    await user.click(screen.getByRole('button', { name: 'Discard…' }));
    expect(await screen.findByRole('dialog')).toBeTruthy();
    openOther(bridge);
    await waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(bridge.calls.some(({ name }) => name === 'settings:discard-draft')).toBe(false);
  });
});
