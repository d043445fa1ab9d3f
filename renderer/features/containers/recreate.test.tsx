import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState, minutesAgo, someContainers, states } from '../../dev/fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';

const recent = () => appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers: someContainers } });
const state = (name: string) => { const made = states[name]; if (made === undefined) throw new Error(`no state ${name}`); return made(); };
const idOf = (name: string) => someContainers.find((c) => c.name === name)?.id;

describe('recreating containers under ECI (D)', () => {
  it('is offered for what is not protected, and only while ECI is on', async () => {
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

  it('shows first what is lost and what stands in the way, leaves out what can\'t be, and asks for what was chosen', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    for (const name of ['old-vpn', 'node-metrics', 'db-archive', 'web-1']) await user.click(screen.getByRole('checkbox', { name: `Select ${name}` }));
    await user.click(screen.getByRole('button', { name: 'Recreate protected…' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText('Recreate 3 containers under ECI?')).toBeTruthy();
    expect((await within(dialog).findAllByText('What its processes have in memory')).length).toBe(1);
    expect(within(dialog).getAllByText('What was written inside: 12.3 MB in 31 paths').length).toBe(2);
    expect(within(dialog).getByText('The old one is kept beside it, stopped: what was written inside is nowhere else')).toBeTruthy();
    expect(within(dialog).getByText('--pid=host')).toBeTruthy();
    expect(within(dialog).getByText('1 is left as it is')).toBeTruthy();
    await waitFor(() => { expect(document.activeElement?.textContent).toBe('Leave as they are'); });
    await user.click(within(dialog).getByRole('checkbox', { name: /^Carry over what was written inside/ }));
    await user.click(within(dialog).getByRole('checkbox', { name: /^Keep the old ones, stopped/ }));
    await waitFor(() => { expect(within(dialog).getAllByText('Carried over').length).toBe(2); });
    await user.click(within(dialog).getByRole('button', { name: 'Recreate 2 containers' }));
    const ids = [idOf('old-vpn'), idOf('db-archive')];
    expect(bridge.calls.filter(({ name }) => name === 'recreate:start').map(({ input }) => input)).toEqual([{ ids, commit: ids, old: 'keep', withoutWayBack: false }]);
    expect(await screen.findByText('Recreating old-vpn')).toBeTruthy();
  });

  it('says how it goes, and can be stopped until it goes back', async () => {
    const { user, bridge } = await renderApp(state('recreating'), 'containers');
    expect(within(screen.getByRole('status', { name: 'Containers being recreated' })).getByText('Waiting until it runs well · 0 of 2')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(bridge.calls.some(({ name }) => name === 'recreate:cancel')).toBe(true);
  });

  it('says how it ended, and leads to the setting a refusal names', async () => {
    const { user } = await renderApp(state('recreated'), 'containers');
    expect(screen.getByText('1 container recreated · 1 was not recreated')).toBeTruthy();
    expect(screen.getByText(/The old one is old-vpn-before-eci, stopped and without a restart policy. Made of bulkhead\/recreated/)).toBeTruthy();
    expect(screen.getByText(/Not recreated; nothing was stopped: the new container was not made: enhanced container isolation:/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Open File sharing' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'File sharing' })).toBeTruthy();
  });
});
