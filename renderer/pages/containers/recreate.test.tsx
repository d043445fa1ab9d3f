import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { states } from '../../dev/states.ts';
import { appState } from '../../dev/app-fixture.ts';
import { someContainers } from '../../dev/container-fixture.ts';
import { minutesAgo } from '../../dev/settings-fixture.ts';
import { deviceDenials, refusedItem } from '../../dev/refused-item.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { showLanguage } from '../../i18n/index.ts';
import type { RecreatePlan } from '../../../shared/containers/recreate.ts';
import { ok, type Result } from '../../../shared/result.ts';

const recent = () =>
  appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers: someContainers } });
const state = (name: string) => {
  const made = states[name];
  if (made === undefined) throw new Error(`no state ${name}`);
  return made();
};
const idOf = (name: string) => someContainers.find((c) => c.name === name)?.id;

const rowOf = (name: string) => {
  const row = screen.getByRole('button', { name: `Details of ${name}` }).closest<HTMLElement>('[role="row"]');
  if (row === null) throw new Error(`no row ${name}`);
  return row;
};
/** What an opened row shows under a label: as it reads, and whole on hovering. */
const fact = (row: HTMLElement, label: string) => {
  const text = within(row).getByText(label).nextElementSibling?.firstElementChild;
  return { text: text?.textContent, title: text?.getAttribute('title') };
};

describe('recreating containers under ECI (D)', () => {
  it('is available for unprotected containers only, and only while ECI is on', async () => {
    const { user } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('button', { name: 'Actions for web-1' }));
    expect(screen.queryByRole('menuitem', { name: 'Recreate protected…' })).toBeNull();
    await user.keyboard('{Escape}');
    await user.click(screen.getByRole('button', { name: 'Actions for old-vpn' }));
    expect(screen.getByRole('menuitem', { name: 'Recreate protected…' })).toBeTruthy();
    const off = await renderApp(state('off'), 'containers');
    await off.user.click(screen.getByRole('button', { name: 'Actions for old-vpn' }));
    expect(screen.queryByRole('menuitem', { name: 'Recreate protected…' })).toBeNull();
  });

  it('shows losses and obstacles first, omits what is blocked, and requests the selection', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    for (const name of ['old-vpn', 'node-metrics', 'db-archive', 'web-1'])
      await user.click(screen.getByRole('checkbox', { name: `Select ${name}` }));
    await user.click(screen.getByRole('button', { name: 'Recreate protected…' }));
    const dialog = await screen.findByRole('dialog');
    // Not those that can't be, once that is known.
    expect(await within(dialog).findByText('Recreate 2 containers under ECI?')).toBeTruthy();
    expect((await within(dialog).findAllByText('What its processes have in memory')).length).toBe(1);
    expect(within(dialog).getAllByText('What was written inside: 12.3 MB in 31 paths').length).toBe(2);
    expect(
      within(dialog).getByText(
        'The old one is kept beside it, stopped: what was written inside is nowhere else',
      ),
    ).toBeTruthy();
    expect(within(dialog).getByText('--pid=host')).toBeTruthy();
    expect(within(dialog).getByText('1 is left as it is')).toBeTruthy();
    await waitFor(() => {
      expect(document.activeElement?.textContent).toBe('Leave as they are');
    });
    // Both old ones are kept in any case, as long as what was written inside is not carried over.
    expect(within(dialog).queryByRole('checkbox', { name: /^Keep the old ones, stopped/ })).toBeNull();
    await user.click(within(dialog).getByRole('checkbox', { name: /^Carry over what was written inside/ }));
    await user.click(await within(dialog).findByRole('checkbox', { name: /^Keep the old ones, stopped/ }));
    await waitFor(() => {
      expect(within(dialog).getAllByText('Carried over').length).toBe(2);
    });
    await user.click(within(dialog).getByRole('button', { name: 'Recreate 2 containers' }));
    const ids = [idOf('old-vpn'), idOf('db-archive')];
    expect(bridge.calls.filter(({ name }) => name === 'recreate:start').map(({ input }) => input)).toEqual([
      { ids, commit: ids, old: 'keep', withoutRollback: false },
    ]);
    expect(await screen.findByText('Recreating old-vpn')).toBeTruthy();
  });

  it('offers to carry over nothing of a container that can’t be recreated', async () => {
    const { user } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('checkbox', { name: 'Select node-metrics' }));
    await user.click(screen.getByRole('button', { name: 'Recreate protected…' }));
    const dialog = within(await screen.findByRole('dialog'));
    await dialog.findByText('1 container can’t be recreated under ECI');
    expect(dialog.queryByRole('checkbox')).toBeNull();
  });

  it('offers to remove a container that can’t be recreated', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('checkbox', { name: 'Select node-metrics' }));
    await user.click(screen.getByRole('button', { name: 'Recreate protected…' }));
    const dialog = within(await screen.findByRole('dialog'));
    await dialog.findByText('1 container can’t be recreated under ECI');
    await user.click(dialog.getByRole('button', { name: 'Remove…' }));
    const removal = within(await screen.findByRole('dialog', { name: 'Remove 1 container?' }));
    expect(bridge.calls.some(({ name }) => name === 'containers:remove')).toBe(false);
    await user.click(removal.getByRole('checkbox', { name: /node-metrics/ }));
    await user.click(removal.getByRole('button', { name: 'Remove 1 container' }));
    expect(bridge.calls.filter(({ name }) => name === 'containers:remove').map(({ input }) => input)).toEqual(
      [{ ids: [idOf('node-metrics')], includeRunning: true, removeVolumes: false }],
    );
  });

  it('offers no removal where another one can be recreated', async () => {
    const { user } = await renderApp(recent(), 'containers');
    for (const name of ['old-vpn', 'node-metrics'])
      await user.click(screen.getByRole('checkbox', { name: `Select ${name}` }));
    await user.click(screen.getByRole('button', { name: 'Recreate protected…' }));
    const dialog = within(await screen.findByRole('dialog'));
    await dialog.findByText('1 is left as it is');
    expect(dialog.queryByRole('button', { name: 'Remove…' })).toBeNull();
  });

  it('lists the first paths that were written inside, and the number of others', async () => {
    const written = { bytes: 3, paths: 5, names: ['/etc/vpn.conf', `/${'d'.repeat(80)}/key`] };
    const item: RecreatePlan['groups'][number][number] = {
      id: idOf('old-vpn') ?? '',
      name: 'old-vpn',
      image: '',
      running: true,
      unchanged: false,
      commit: false,
      written,
      changes: [],
      lost: [],
      blockers: [],
    };
    const left: typeof item = { ...item, lost: [{ code: 'writable-layer', params: written }] };
    const { user } = await renderApp(recent(), 'containers', {
      'recreate:plan': ({ commit }) =>
        ok({ groups: [[commit.length > 0 ? { ...item, commit: true } : left]], blocked: false }),
    });
    await user.click(screen.getByRole('checkbox', { name: 'Select old-vpn' }));
    await user.click(screen.getByRole('button', { name: 'Recreate protected…' }));
    const dialog = await screen.findByRole('dialog');
    const lost = await within(dialog).findByText(/^What was written inside: 3 B in 5 paths: /);
    const text = `What was written inside: 3 B in 5 paths: /etc/vpn.conf, …${'d'.repeat(59)}/key and 3 more`;
    expect(lost.textContent).toBe(text);
    await user.click(within(dialog).getByRole('checkbox', { name: /^Carry over what was written inside/ }));
    const carried = (await within(dialog).findByText('Carried over')).nextElementSibling;
    expect(carried?.textContent).toBe(text);
  });

  it('shows in an expanded row what it keeps, loses and changes, and links to all of it', async () => {
    const { user } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('button', { name: 'Details of old-vpn' }));
    const row = rowOf('old-vpn');
    await waitFor(() => {
      expect(fact(row, 'Recreating keeps')).toEqual({
        text: 'Name, networks, ports, volume vpn-data, restart policy unless-stopped',
        title: 'Name, networks, ports, volume vpn-data, restart policy unless-stopped',
      });
    });
    expect(fact(row, 'It loses').title).toBe(
      'What its processes have in memory · What was written inside: 12.3 MB in 31 paths',
    );
    expect(fact(row, 'It changes').title).toBe(
      'Runtime runc becomes bulkhead, in a user namespace of its own · The old one is kept beside it, ' +
        'stopped: what was written inside is nowhere else',
    );
    expect([...row.querySelectorAll('dt')].slice(0, 4).map((label) => label.textContent)).toEqual([
      'Recreating keeps',
      'It loses',
      'It changes',
      'Id',
    ]);
    // Behind both lines that may be cut off.
    const [, all] = within(row).getAllByRole('button', { name: /^See all….*old-vpn/ });
    if (all === undefined) throw new Error('no link behind the changes');
    expect(all.closest('dd')?.textContent).toContain('Runtime runc becomes bulkhead');
    await user.click(all);
    expect(await screen.findByText('Recreate 1 container under ECI?')).toBeTruthy();
  });

  it('takes the same space in an expanded row before, with and without a plan', async () => {
    let answer: (plan: Result<RecreatePlan>) => void = () => undefined;
    const plan = new Promise<Result<RecreatePlan>>((resolve) => {
      answer = resolve;
    });
    const { user } = await renderApp(
      recent(),
      'containers',
      { 'recreate:plan': () => plan },
      { styled: true },
    );
    for (const name of ['old-vpn', 'web-1'])
      await user.click(screen.getByRole('button', { name: `Details of ${name}` }));
    const row = rowOf('old-vpn');
    const height = getComputedStyle(row).height;
    expect(height).toBe(`${48 + 8 * 20 + 14}px`);
    expect(fact(row, 'It loses').text).toBe('Checking what would change');
    expect(within(rowOf('web-1')).queryByText('It loses')).toBeNull();
    answer({
      ok: false,
      error: {
        code: 'engine.unreachable',
        message: 'the engine does not respond',
        hint: 'See whether it runs.',
      },
    });
    await waitFor(() => {
      expect(fact(row, 'Recreating').text).toBe(
        'What it would do isn\u2019t known: the engine does not respond. See whether it runs.',
      );
    });
    expect(getComputedStyle(row).height).toBe(height);
  });

  it('shows in an expanded row why a container can’t be recreated as it is', async () => {
    const { user } = await renderApp(recent(), 'containers', {}, { styled: true });
    await user.click(screen.getByRole('button', { name: 'Details of node-metrics' }));
    await waitFor(() => {
      expect(fact(rowOf('node-metrics'), 'Recreating').title).toBe(
        'Can\u2019t be recreated as it is: --pid=host is not possible under ECI. ' +
          'Create the container again without it.',
      );
    });
    expect(within(rowOf('node-metrics')).queryByText('It loses')).toBeNull();
    // As many lines as the text has: no empty ones between it and the details.
    const label = getComputedStyle(within(rowOf('node-metrics')).getByText('Recreating'));
    expect([label.gridRow, label.height, label.maxHeight]).toEqual(['', 'auto', '60px']);
  });

  it('shows the gateway’s refusals in the window’s language', async () => {
    const item = refusedItem({ id: idOf('old-vpn') ?? '', name: 'old-vpn', image: '' });
    const message = String(item.blockers[0]?.params['message']);
    const { user } = await renderApp(recent(), 'containers', {
      'recreate:plan': () => ok({ groups: [[item]], blocked: true }),
    });
    await user.click(screen.getByRole('button', { name: 'Details of old-vpn' }));
    await waitFor(() => {
      expect(fact(rowOf('old-vpn'), 'Recreating').title).toBe(
        `Can\u2019t be recreated as it is: ${message}.`,
      );
    });
    expect(fact(rowOf('old-vpn'), 'Recreating').text).toBe(
      'Can\u2019t be recreated as it is: bind mount of /etc: ' +
        'the directory is not shared with containers (A8).',
    );
    expect(within(rowOf('old-vpn')).getByRole('button', { name: 'Open File sharing' })).toBeTruthy();
    await user.click(screen.getByRole('checkbox', { name: 'Select old-vpn' }));
    await user.click(screen.getByRole('button', { name: 'Recreate protected…' }));
    const dialog = within(
      await screen.findByRole('dialog', { name: '1 container can\u2019t be recreated under ECI' }),
    );
    expect(await dialog.findByText(`${message}.`)).toBeTruthy();
    expect(dialog.getByText('Can\u2019t be recreated')).toBeTruthy();
    expect(dialog.getByRole('button', { name: 'Open File sharing' })).toBeTruthy();
    await act(async () => {
      await showLanguage('zh-CN');
    });
    expect(
      within(screen.getByRole('dialog')).getByText(/\/etc.*filesharingAllowedDirectories/).textContent,
    ).toMatch(/目录.*A8.*管理员可以.*filesharingAllowedDirectories/);
    await act(async () => {
      await showLanguage('en');
    });
  });

  it('links to the setting of each refusal, so that no remedy is cut off', async () => {
    const of = { id: idOf('old-vpn') ?? '', name: 'old-vpn', image: '' };
    const [listed] = deviceDenials;
    const items = [refusedItem(of), refusedItem(of, listed === undefined ? [] : [listed])];
    const item = { ...refusedItem(of), blockers: items.flatMap(({ blockers }) => blockers) };
    const { user } = await renderApp(recent(), 'containers', {
      'recreate:plan': () => ok({ groups: [[item]], blocked: true }),
    });
    await user.click(screen.getByRole('button', { name: 'Details of old-vpn' }));
    await waitFor(() => {
      expect(fact(rowOf('old-vpn'), 'Recreating').text).toBe(
        'Can\u2019t be recreated as it is: bind mount of /etc: ' +
          'the directory is not shared with containers (A8). --device=/dev/tty: ' +
          'devices of the engine are given to containers only where the settings list them (A5).',
      );
    });
    expect(fact(rowOf('old-vpn'), 'Recreating').title).toContain('bulkhead.devices');
    for (const name of ['Open File sharing', 'Open Isolation'])
      expect(within(rowOf('old-vpn')).getByRole('button', { name })).toBeTruthy();
  });

  it('shows no preview in an expanded row while ECI is off, and requests none', async () => {
    const { user, bridge } = await renderApp(state('off'), 'containers');
    await user.click(screen.getByRole('button', { name: 'Details of old-vpn' }));
    expect(within(rowOf('old-vpn')).getByText('Restart policy')).toBeTruthy();
    expect(within(rowOf('old-vpn')).queryByText('Recreating keeps')).toBeNull();
    expect(bridge.calls.some(({ name }) => name === 'recreate:plan')).toBe(false);
  });

  it('plans again after another scan of the containers', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('button', { name: 'Details of old-vpn' }));
    const planRequests = () =>
      bridge.calls.filter(({ name }) => name === 'recreate:plan').map(({ input }) => input);
    const request = { ids: [idOf('old-vpn')], commit: [], old: 'remove-when-healthy', withoutRollback: true };
    expect(planRequests()).toEqual([request]);
    act(() => {
      bridge.emit('changed', {
        scan: { at: minutesAgo(0), durationMs: 90, eci: true, containers: structuredClone(someContainers) },
      });
    });
    await waitFor(() => {
      expect(planRequests()).toEqual([request, request]);
    });
  });

  it('shows progress, and can be stopped until it rolls back', async () => {
    const { user, bridge } = await renderApp(state('recreating'), 'containers');
    expect(
      within(screen.getByRole('status', { name: 'Containers being recreated' })).getByText(
        'Waiting until it runs properly · 0 of 2',
      ),
    ).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(bridge.calls.some(({ name }) => name === 'recreate:cancel')).toBe(true);
  });

  it('shows the result, and links to the setting a refusal names', async () => {
    const { user } = await renderApp(state('recreated'), 'containers');
    expect(screen.getByText('1 container recreated · 1 was not recreated')).toBeTruthy();
    expect(
      screen.getByText(
        new RegExp(
          'The old one is old-vpn-before-eci, stopped and without a restart policy. ' +
            'Created from bulkhead/recreated',
        ),
      ),
    ).toBeTruthy();
    expect(
      screen.getByText(
        /Not recreated; nothing was stopped: the new container was not made: enhanced container isolation:/,
      ),
    ).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Open File sharing' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'File sharing' })).toBeTruthy();
  });
});
