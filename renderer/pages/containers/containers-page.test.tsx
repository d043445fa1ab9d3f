import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { namedState, states } from '../../dev/states.ts';
import { run } from '../../dev/apply-fixture.ts';
import { appState } from '../../dev/app-fixture.ts';
import { container, someContainers } from '../../dev/container-fixture.ts';
import { minutesAgo } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import type { RemovalRun } from '../../../shared/containers/removal.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { ok } from '../../../shared/result.ts';

const recent = () =>
  appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers: someContainers } });
const rows = () => screen.getAllByRole('row').slice(1);
const row = (name: string) => {
  const found = rows().find((r) => r.textContent.startsWith(name) || within(r).queryByText(name) !== null);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};
const never = (): never => {
  throw new Error('the fixture has containers');
};
const removal = (more: Partial<RemovalRun>): RemovalRun => ({
  activity: 'ended',
  total: 1,
  done: 0,
  removed: 0,
  outcomes: [],
  error: null,
  includeRunning: false,
  removeVolumes: false,
  ...more,
});
const removals = (calls: { name: string; input: unknown }[]) =>
  calls.filter((call) => call.name === 'containers:remove').map((call) => call.input);

describe('the list of containers', () => {
  it('shows unprotected ones first, each with its reason', async () => {
    await renderApp(recent(), 'containers');
    expect(rows()).toHaveLength(someContainers.length);
    expect(
      rows()
        .slice(0, 4)
        .map((r) => within(r).getByText('Unprotected').textContent),
    ).toHaveLength(4);
    expect(within(row('debug-shell')).getByText('Made past the gateway with runtime runc')).toBeTruthy();
    expect(within(row('cache')).getByText('Gets ids of its own when it starts')).toBeTruthy();
  });

  it('names mounts that are not shared as the reason, beside refused options', async () => {
    const old = { protected: false, reason: 'before-eci' } as const;
    const containers = [
      container('one', { ...old, unsharedMounts: ['/etc'] }),
      container('more', { ...old, unsharedMounts: ['/etc', '/srv', '/opt'] }),
      container('both', { ...old, obstacles: ['pid=host'], unsharedMounts: ['/etc'] }),
    ];
    await renderApp(
      appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers } }),
      'containers',
    );
    const texts = (name: string) =>
      within(row(name)).getByText('Created before ECI').parentElement?.textContent;
    expect(texts('one')).toBe('Created before ECIMounts /etc, not shared');
    expect(texts('more')).toBe('Created before ECIMounts /etc and 2 more, not shared');
    expect(texts('both')).toBe('Created before ECIUses --pid=host · Mounts /etc, not shared');
  });

  const socket = { obstacles: ['docker-socket'] };

  it('marks containers that have the Docker socket', async () => {
    const containers = [
      container('ryuk', socket),
      container('web'),
      container('old-ci', { ...socket, protected: false }),
    ];
    await renderApp(
      appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers } }),
      'containers',
    );
    expect(within(row('ryuk')).getByText('Docker socket')).toBeTruthy();
    // In place of the badge, where the page is too narrow for it.
    expect(within(row('ryuk')).getByText('Uses the Docker socket')).toBeTruthy();
    expect(row('web').textContent).not.toContain('socket');
    // An unprotected one has a line for it, and needs no badge.
    expect(within(row('old-ci')).getByText('Uses the Docker socket')).toBeTruthy();
    expect(within(row('old-ci')).queryByText('Docker socket')).toBeNull();
  });

  it.each(['past-gateway', 'no-user-namespace', 'eci-off'] as const)(
    'says of an unprotected one that it has the socket, also with the reason %s',
    async (reason) => {
      const containers = [container('ci', { ...socket, protected: false, reason })];
      await renderApp(
        appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers } }),
        'containers',
      );
      expect(within(row('ci')).getByText('Uses the Docker socket')).toBeTruthy();
    },
  );

  it('shows in the details of a protected one what it uses, not that ECI refuses it', async () => {
    const containers = [container('ryuk', socket)];
    const { user } = await renderApp(
      appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers } }),
      'containers',
    );
    await user.click(within(row('ryuk')).getByRole('button', { name: 'Details of ryuk' }));
    expect(screen.queryByText('Not under ECI')).toBeNull();
    expect(screen.getByText('Uses')).toBeTruthy();
  });

  it('keeps the reasons while the settings file is deleted, and after its return', async () => {
    const { bridge } = await renderApp(namedState('deletedFile'), 'containers');
    const reasons = () =>
      rows().map(
        (r) =>
          within(r)
            .getAllByRole('gridcell')
            .map((cell) => cell.textContent)[5],
      );
    const before = reasons();
    expect(before).toContain('Made past the gateway with runtime runcOn the engine’s own socket');
    for (const reason of before) expect(reason).toMatch(/^[A-Z].*\w{3}/);
    const { settings, scan } = namedState('protected');
    act(() => {
      bridge.emit('changed', { settings, scan });
    });
    expect(reasons()).toEqual(before);
  });

  it('adds the time since the scan to the time that a container has been running', async () => {
    const [first = never()] = someContainers;
    const containers = [{ ...first, status: 'Up 2 seconds' }];
    const scan = { at: minutesAgo(0.8), durationMs: 90, eci: true, containers };
    await renderApp(appState({ scan }), 'containers');
    const age = /^(\d+) s$/;
    const [, seconds] = age.exec(within(row('old-vpn')).getByText(age).textContent) ?? [];
    // 48 s since the scan; the window's clock advances in steps of 10 s.
    expect(Number(seconds)).toBeGreaterThanOrEqual(2 + 48 - 10);
  });

  it('lists the containers that a crash of the engine killed, while they do not run', async () => {
    const [first = never(), second = never()] = someContainers;
    const containers = [
      { ...first, name: 'killed', state: 'exited' as const },
      { ...second, name: 'started-again', state: 'running' as const },
    ];
    const state = appState({ scan: { at: minutesAgo(0.2), durationMs: 90, eci: true, containers } });
    const crash = { at: minutesAgo(3), containers: [first.id, second.id], removed: 1 };
    await renderApp({ ...state, engine: { ...state.engine, crash } }, 'containers');
    expect(screen.getByText(/^The engine crashed \(/)).toBeTruthy();
    expect(screen.getByText('killed. 1 container with --rm was removed.')).toBeTruthy();
  });

  it('shows why one could not be inspected, and no unknown facts', async () => {
    const [first = never()] = someContainers;
    const hung = {
      ...first,
      id: 'f'.repeat(64),
      name: 'hung',
      runtime: '',
      protected: false,
      reason: 'unknown' as const,
      range: null,
      volumes: [],
      whyUnknown: 'the engine did not respond within 10 s',
    };
    const scan = { at: minutesAgo(0.2), durationMs: 90, eci: true, containers: [...someContainers, hung] };
    const { user } = await renderApp(appState({ scan }), 'containers');
    expect(within(row('hung')).getByText('Could not be inspected')).toBeTruthy();
    expect(
      within(row('hung')).getByText(/^Not counted as protected: the engine did not respond within 10 s/),
    ).toBeTruthy();
    await user.click(within(row('hung')).getByRole('button', { name: 'Details of hung' }));
    expect(within(row('hung')).getByText('Created')).toBeTruthy();
    expect(within(row('hung')).queryByText('Restart policy')).toBeNull();
  });

  it('shows in an expanded row whether a privileged container is confined', async () => {
    const builder = someContainers.find(({ name }) => name === 'builder') ?? never();
    const old = { ...builder, id: 'e'.repeat(64), name: 'old-builder', protected: false, range: null };
    const scan = {
      at: minutesAgo(0.2),
      durationMs: 90,
      eci: true,
      containers: [...someContainers, { ...old, reason: 'before-eci' as const }],
    };
    const { user } = await renderApp(appState({ scan }), 'containers');
    const privileged = async (name: string) => {
      await user.click(within(row(name)).getByRole('button', { name: `Details of ${name}` }));
      return within(row(name)).getByText('Privileged', { selector: 'dt' }).nextElementSibling?.textContent;
    };
    expect(await privileged('builder')).toMatch(/^Yes, confined/);
    expect(await privileged('old-builder')).toMatch(/^Yes, and not confined/);
    await user.click(within(row('cache')).getByRole('button', { name: 'Details of cache' }));
    expect(within(row('cache')).queryByText('Privileged')).toBeNull();
  });

  it('expands and collapses a row on a click anywhere in it, once on a double click', async () => {
    const { user } = await renderApp(recent(), 'containers');
    const expanded = () => row('node-metrics').getAttribute('aria-expanded');
    // A line of its own above what the container uses: the date would be cut off.
    const reason = within(row('node-metrics')).getByText('Created before ECI');
    await user.click(reason);
    expect(expanded()).toBe('true');
    await user.click(reason);
    expect(expanded()).toBe('false');
    await user.dblClick(reason);
    expect(expanded()).toBe('true');
    await user.click(within(row('node-metrics')).getByRole('checkbox', { name: 'Select node-metrics' }));
    expect(expanded()).toBe('true');
  });

  it('filters by state and by terms in name, image or label', async () => {
    const { user } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('button', { name: /^Protected/ }));
    expect(rows()).toHaveLength(5);
    await user.click(screen.getByRole('button', { name: /^All/ }));
    await user.type(screen.getByRole('searchbox'), 'postgres');
    expect(rows()).toHaveLength(1);
    await user.type(screen.getByRole('searchbox'), 'zzz');
    expect(screen.getByText('No container matches “postgreszzz”.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Clear the filter' }));
    expect(rows()).toHaveLength(someContainers.length);
  });

  it('works by keyboard: arrows, Space, Shift for a range, Right to open, Escape to clear', async () => {
    const { user } = await renderApp(recent(), 'containers');
    rows()[0]?.focus();
    await user.keyboard(' ');
    expect(screen.getByText('1 selected')).toBeTruthy();
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
    await waitFor(() => {
      expect(document.activeElement).toBe(rows()[1]);
    });
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
    expect(screen.getByText('3 selected')).toBeTruthy();
    await waitFor(() => {
      expect(document.activeElement).toBe(rows()[2]);
    });
    await user.keyboard('{ArrowRight}');
    expect(rows()[2]?.getAttribute('aria-expanded')).toBe('true');
    expect(within(rows()[2] ?? document.body).getByText('Restart policy')).toBeTruthy();
    await user.keyboard('{ArrowLeft}{Escape}');
    expect(screen.queryByText('3 selected')).toBeNull();
  });

  it('sorts by a head: up, down, then with the unprotected ones first again', async () => {
    const { user } = await renderApp(recent(), 'containers');
    const head = screen.getByRole('columnheader', { name: 'Container' });
    const sort = () => user.click(within(head).getByRole('button', { name: 'Container' }));
    const listed = () =>
      rows().map((r) => someContainers.find(({ name }) => within(r).queryByText(name) !== null)?.name);
    const atFirst = listed();
    const byName = someContainers.map(({ name }) => name).sort();
    expect(head.getAttribute('aria-sort')).toBe('none');
    expect(atFirst).not.toEqual(byName);
    await sort();
    expect(head.getAttribute('aria-sort')).toBe('ascending');
    expect(listed()).toEqual(byName);
    await sort();
    expect(head.getAttribute('aria-sort')).toBe('descending');
    expect(listed()).toEqual(byName.toReversed());
    await sort();
    expect(head.getAttribute('aria-sort')).toBe('none');
    expect(listed()).toEqual(atFirst);
  });

  it('offers for a selection to clear it, to remove and to recreate, each of them once', async () => {
    const { user } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('checkbox', { name: 'Select old-vpn' }));
    const bar = screen.getByRole('region', { name: 'Selected containers' });
    expect(
      within(bar)
        .getAllByRole('button')
        .map(({ textContent }) => textContent),
    ).toEqual(['Clear', 'Remove…', 'Recreate protected…']);
    expect(screen.queryByText(/Keep as they are/)).toBeNull();
    await user.click(within(bar).getByRole('button', { name: 'Clear' }));
    expect(screen.queryByRole('region', { name: 'Selected containers' })).toBeNull();
  });

  it('scans again on F5 and shows the age of the scan', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    expect(screen.getByText(/^Scanned .* ago$/)).toBeTruthy();
    await user.keyboard('{F5}');
    expect(bridge.calls.filter((call) => call.name === 'containers:scan')).toHaveLength(1);
  });

  it('keeps the old list, marked with its time, when scanning fails', async () => {
    const { user } = await renderApp(recent(), 'containers', {
      'containers:scan': () => ({
        ok: false,
        error: { code: 'engine.unreachable', message: 'connect ECONNREFUSED' },
      }),
    });
    await user.keyboard('{F5}');
    expect(await screen.findByText('The engine does not respond')).toBeTruthy();
    expect(screen.getByText(/These containers are as of/)).toBeTruthy();
    expect(rows()).toHaveLength(someContainers.length);
  });

  it('renders only the rows near the view of a thousand', async () => {
    const many = states['many'];
    if (many === undefined) throw new Error('no such state');
    await renderApp(many(), 'containers');
    expect(screen.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('1001');
    expect(rows().length).toBeGreaterThan(10);
    expect(rows().length).toBeLessThan(60);
  });
});

describe('a filter in the address', () => {
  it('stays cleared once the user cleared it, also after scans', async () => {
    const { user, bridge } = await renderApp(recent(), 'overview');
    act(() => {
      window.location.hash = '#/containers?find=db-archive';
    });
    await waitFor(() => {
      expect(rows()).toHaveLength(1);
    });
    await user.clear(screen.getByRole('searchbox'));
    for (const scanning of [true, false])
      act(() => {
        bridge.emit('changed', { busy: { scanning, verifying: false, engine: null, beginning: false } });
      });
    expect(rows()).toHaveLength(someContainers.length);
  });
});

describe('removing containers', () => {
  it('offers neither removing nor recreating while settings are being applied, and shows why', async () => {
    const { user } = await renderApp({ ...recent(), run: run() }, 'containers');
    await user.click(screen.getByRole('checkbox', { name: 'Select old-vpn' }));
    for (const name of ['Remove…', 'Recreate protected…'])
      expect(screen.getByRole<HTMLButtonElement>('button', { name }).disabled).toBe(true);
    expect(screen.getByText('Locked by the apply under way')).toBeTruthy();
    act(() => {
      row('old-vpn').focus();
    });
    await user.keyboard('{Delete}');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('names them, never focuses the destructive button, keeps running containers and volumes', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('checkbox', { name: 'Select db-archive' }));
    await user.click(screen.getByRole('checkbox', { name: 'Select old-vpn' }));
    await user.click(screen.getByRole('button', { name: 'Remove…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Remove 1 container?' });
    await waitFor(() => {
      expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Keep them' }));
    });
    expect(
      within(dialog)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual([expect.stringContaining('old-vpn'), expect.stringContaining('db-archive')]);
    for (const box of within(dialog).getAllByRole('checkbox')) expect(box).toHaveProperty('checked', false);
    const running = within(dialog).getByRole('checkbox', { name: /^Also stop and remove/ });
    await user.click(running);
    expect(within(dialog).getByRole('heading', { name: 'Remove 2 containers?' })).toBeTruthy();
    await user.click(running);
    await user.click(within(dialog).getByRole('button', { name: 'Remove 1 container' }));
    const archive = someContainers.find((c) => c.name === 'db-archive');
    expect(removals(bridge.calls)).toEqual([
      { ids: [archive?.id], includeRunning: false, removeVolumes: false },
    ]);
    expect(await screen.findByText('1 container removed')).toBeTruthy();
    expect(screen.queryByText('db-archive')).toBeNull();
  });

  it('removes running ones and volumes only if each box is ticked, as the button states', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('checkbox', { name: 'Select old-vpn' }));
    await user.keyboard('{Delete}');
    const dialog = await screen.findByRole('dialog', { name: 'Remove 1 container?' });
    expect(within(dialog).getByRole('button', { name: 'Remove' })).toHaveProperty('disabled', true);
    await user.click(
      within(dialog).getByRole('checkbox', { name: /Also stop and remove 1 that is running: old-vpn/ }),
    );
    await user.click(within(dialog).getByRole('checkbox', { name: /Also delete 1 volume: vpn-data/ }));
    await user.click(within(dialog).getByRole('button', { name: 'Remove 1 container and volumes' }));
    expect(removals(bridge.calls)).toEqual([
      expect.objectContaining({ includeRunning: true, removeVolumes: true }),
    ]);
  });

  it('cancels on Enter', async () => {
    const { user, bridge } = await renderApp(recent(), 'containers');
    await user.click(screen.getByRole('checkbox', { name: 'Select db-archive' }));
    await user.click(screen.getByRole('button', { name: 'Remove…' }));
    const dialog = await screen.findByRole('dialog');
    await waitFor(() => {
      expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Keep it' }));
    });
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(removals(bridge.calls)).toEqual([]);
  });

  it("lists what was not removed, with the engine's text", async () => {
    const [archive = someContainers[0] ?? never()] = someContainers.filter(
      ({ name }) => name === 'db-archive',
    );
    const { user, bridge } = await renderApp(recent(), 'containers', {
      'containers:remove': () => ok(removal({})),
    });
    await user.click(screen.getByRole('checkbox', { name: 'Select db-archive' }));
    await user.click(screen.getByRole('button', { name: 'Remove…' }));
    await user.click(
      within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove 1 container' }),
    );
    await act(async () => {
      bridge.emit('changed', {
        removal: removal({
          done: 3,
          removed: 1,
          outcomes: [
            { id: archive.id, name: 'db-archive', removed: false, error: 'device or resource busy' },
            { id: 'x', name: 'other', removed: false, error: 'not begun: cancelled', notBegun: true },
          ],
        }),
      });
      await Promise.resolve();
    });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain(
      '1 container removed · 1 was not removed · 1 left, since it was stopped',
    );
    expect(alert.textContent).toContain('device or resource busy');
    await user.click(within(alert).getByRole('button', { name: 'Try it again…' }));
    expect(await screen.findByRole('dialog', { name: 'Remove 1 container?' })).toBeTruthy();
  });

  it('shows the progress and stops on request', async () => {
    const { user, bridge } = await renderApp(
      { ...recent(), removal: removal({ activity: 'removing', total: 200, done: 40, removed: 40 }) },
      'containers',
    );
    expect(screen.getByText('Removing 200 containers · 40 of 200')).toBeTruthy();
    expect(
      screen.getByRole('progressbar', { name: 'Removing 200 containers' }).getAttribute('aria-valuenow'),
    ).toBe('20');
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(bridge.calls.some(({ name }) => name === 'containers:cancel-removal')).toBe(true);
  });
});

describe('an unprotected container that appears later', () => {
  const [fresh = someContainers[0]] = someContainers.filter(({ name }) => name === 'debug-shell');
  const appeared = (): AppState => ({
    ...recent(),
    appeared: { ids: [fresh?.id ?? ''], since: minutesAgo(0.1) },
  });
  it('is shown on every page, and links to the container', async () => {
    const { user, bridge } = await renderApp(appeared(), 'isolation');
    expect(screen.getByText('debug-shell is not protected')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Review…' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Containers' })).toBeTruthy();
    await waitFor(() => {
      expect(rows()).toHaveLength(1);
    });
    expect(bridge.state().appeared).toBeNull();
  });

  it('disappears on dismissal, without taking focus', async () => {
    const { user } = await renderApp(appeared(), 'containers');
    expect(document.activeElement?.textContent ?? '').not.toContain('Leave as is');
    await user.click(screen.getByRole('button', { name: 'Leave as is' }));
    expect(screen.queryByText('debug-shell is not protected')).toBeNull();
  });
});

it('keeps the tab of replaced containers while one types a filter that none of them matches', async () => {
  const app = namedState('protected');
  const replaced = container('web-before-eci', { protected: false, reason: 'replaced', state: 'exited' });
  if (app.scan === null) throw new Error('fixture');
  const scan = { ...app.scan, containers: [...app.scan.containers, replaced] };
  const { user } = await renderApp({ ...app, scan }, 'containers');
  await user.type(screen.getByPlaceholderText('Filter by name, image or label'), 'zzz');
  expect(screen.getByRole('button', { name: /^Replaced/ }).textContent).toBe('Replaced0');
});
