import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { activitySummary, someEntries } from '../../dev/activity-fixture.ts';
import { appState } from '../../dev/app-fixture.ts';
import { message } from '../../../shared/messages/message.ts';
import { renderApp } from '../../dev/render-app.tsx';

const card = () => screen.getByRole('region', { name: 'Denials' });

describe('denials on the Overview', () => {
  it('are counted by day, have a table for screen readers, and are live', async () => {
    const { bridge } = await renderApp(appState(), 'overview');
    const table = within(card()).getByRole('table', { name: 'Denials' });
    expect(within(table).getAllByRole('row')).toHaveLength(15);
    const summary = activitySummary();
    const today = summary.days.at(-1);
    expect(
      within(table).getByRole('row', { name: new RegExp(`^Today ${today?.denied ?? 0} `) }),
    ).toBeTruthy();
    act(() => {
      bridge.emit('changed', {
        activity: {
          ...summary,
          days: summary.days.map((day) => (day === today ? { ...day, denied: 99 } : day)),
        },
      });
    });
    await waitFor(() => {
      expect(within(table).getByRole('row', { name: /^Today 99 / })).toBeTruthy();
    });
  });

  it('link to the entry, grouped by repeats, and disappear once they were seen', async () => {
    const { user, store } = await renderApp(appState(), 'overview');
    const step = screen.getByText('lint-runner was denied the Docker socket 12 times');
    expect(step).toBeTruthy();
    expect(within(screen.getByRole('navigation')).getByRole('img', { name: '20 new denials' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'See denials' }));
    expect(await screen.findByRole('complementary')).toBeTruthy();
    expect(window.location.hash).toBe(`#/activity?entry=${someEntries.at(-1)?.id ?? ''}`);
    await waitFor(() => {
      expect(store.get().app?.activity.unseen).toBe(0);
    });
    act(() => {
      window.location.hash = '#/overview';
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    });
    await screen.findByText('What to do next');
    expect(screen.queryByText(/was denied the Docker socket/)).toBeNull();
  });

  it('are distinguished by their commands where the rule is the same', async () => {
    const allowed = someEntries.find(({ rule }) => rule === 'container-unprotected');
    if (allowed === undefined) throw new Error('the fixture has a use of an unprotected container');
    const denied = (id: string, command: string) => ({
      ...allowed,
      id,
      outcome: 'deny' as const,
      what: `${command} on container old-vpn`,
      sentences: { what: message('gateway.use-of-container', { command, name: 'old-vpn' }) },
    });
    const activity = activitySummary([denied('a', 'docker exec'), denied('b', 'docker cp')]);
    await renderApp(appState({ activity }), 'overview');
    for (const command of ['docker exec', 'docker cp'])
      expect(screen.getByText(`old-vpn was denied: Use of an unprotected container ${command}`)).toBeTruthy();
  });

  it('shows denials that cannot be counted not as none, and days without a log not as quiet', async () => {
    await renderApp(
      appState({
        activity: activitySummary([], {
          days: [],
          since: null,
          state: { kind: 'unreadable', why: 'rights', path: '/x', message: 'EACCES' },
        }),
      }),
      'overview',
    );
    expect(within(card()).getByText('Not counted: this user can’t read the decision log.')).toBeTruthy();
    await renderApp(
      appState({
        activity: activitySummary(someEntries, {
          rotatedAway: true,
          since: new Date(Date.now() - 2 * 86_400_000).toISOString(),
        }),
      }),
      'overview',
    );
    expect(within(card()).getByText(/^Since .*; older ones are not kept$/)).toBeTruthy();
    await renderApp(appState({ activity: activitySummary([], { days: [] }) }), 'overview');
    expect(within(card()).getByText('Nothing was denied.')).toBeTruthy();
  });

  it('of a tag that can move link to the image list', async () => {
    const { user } = await renderApp(appState(), 'overview');
    const title = screen.getByText(/follows a tag that can move$/);
    expect(title.textContent).toBe('docker:cli follows a tag that can move');
    // As severe as in the JSON editor: a note.
    expect(title.closest('[data-row]')?.querySelector('svg')?.getAttribute('data-testid')).toBe(
      'InfoOutlinedIcon',
    );
    await user.click(screen.getByRole('button', { name: 'Pin digest…' }));
    await screen.findByRole('heading', { level: 1, name: 'Docker socket' }, { timeout: 20_000 });
    // By its text: its place in the list may be another one in what is being edited.
    expect(new URLSearchParams(window.location.hash.split('?')[1]).get('pin')).toBe('docker:cli');
  });
});
