import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { someEntries } from '../../dev/activity-fixture.ts';
import { appState } from '../../dev/app-fixture.ts';
import { renderApp, type RenderedApp } from '../../dev/render-app.tsx';
import { fail, ok } from '../../../shared/result.ts';
import { matchesFilter } from './entry-text.ts';

const exportButton = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Export( filtered)?…$/ });
const search = () => screen.getByRole('textbox', { name: 'Container, image or rule' });
const enabled = () =>
  waitFor(() => {
    expect(exportButton().disabled).toBe(false);
  });
const exported = ({ bridge }: RenderedApp) =>
  bridge.calls.flatMap(({ name, input }) => (name === 'activity:export' ? [input] : []));
const seqs = (entries: typeof someEntries) => entries.map(({ seq }) => seq);

describe('the export of activity', () => {
  it('has what is listed, as the filter has it, and says where it is until that is closed', async () => {
    const app = await renderApp(appState(), 'activity');
    await enabled();
    await app.user.click(exportButton());
    const all = someEntries.filter((entry) => matchesFilter(entry, 'all'));
    const message = await screen.findByText(
      `${all.length} entries exported to /home/sam/bulkhead-activity.jsonl`,
    );
    const alert = screen.getByRole('alert');
    expect(alert.contains(message)).toBe(true);
    expect(exportButton().textContent).toBe('Export…');
    await app.user.click(within(alert).getByRole('button', { name: 'Close' }));
    await waitFor(() => {
      expect(screen.queryByText(/entries exported to/)).toBeNull();
    });
    await app.user.click(screen.getByRole('button', { name: /^Denied/ }));
    expect(exportButton().textContent).toBe('Export filtered…');
    await app.user.click(exportButton());
    await screen.findByText(/filtered (entry|entries) exported to/);
    const denied = someEntries.filter((entry) => matchesFilter(entry, 'denied'));
    expect(denied.length).toBeLessThan(all.length);
    expect(exported(app)).toEqual([
      { entries: seqs(all), isFiltered: false },
      { entries: seqs(denied), isFiltered: true },
    ]);
  });

  it('has what the search finds', async () => {
    const app = await renderApp(appState(), 'activity');
    await enabled();
    await app.user.type(search(), 'backup');
    await app.user.click(exportButton());
    await screen.findByText(/exported to/);
    const found = someEntries.filter(({ container }) => container === 'backup-job');
    expect(exported(app)).toEqual([{ entries: seqs(found), isFiltered: true }]);
  });

  it('is off where nothing is listed', async () => {
    const app = await renderApp(appState(), 'activity');
    await enabled();
    await app.user.type(search(), 'no such thing');
    await waitFor(() => {
      expect(exportButton().disabled).toBe(true);
    });
  });

  it('says nothing where the file was not chosen', async () => {
    const app = await renderApp(appState(), 'activity', { 'activity:export': () => ok(null) });
    await enabled();
    await app.user.click(exportButton());
    await enabled();
    expect(exported(app)).toHaveLength(1);
    expect(document.querySelector('.MuiSnackbar-root')).toBeNull();
  });

  it('says why a file was not written', async () => {
    const app = await renderApp(appState(), 'activity', {
      'activity:export': () => fail('internal', 'no', { reason: 'ENOSPC' }),
    });
    await enabled();
    await app.user.click(exportButton());
    expect(await screen.findByText(/ENOSPC/)).toBeTruthy();
    expect(screen.queryByText(/exported to/)).toBeNull();
  });
});
