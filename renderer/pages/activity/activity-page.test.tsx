import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { activitySummary, entry, manyEntries, someEntries } from '../../dev/activity-fixture.ts';
import { fakeBridge } from '../../dev/fake-bridge.ts';
import { appState } from '../../dev/app-fixture.ts';
import { appliedText, settingsState } from '../../dev/settings-fixture.ts';
import { namedState } from '../../dev/states.ts';
import { renderApp, type RenderedApp } from '../../dev/render-app.tsx';
import { showLanguage } from '../../i18n/index.ts';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { message } from '../../../shared/messages/message.ts';
import { deny, refusalText } from '../../../shared/policy/decision.ts';
import { fail, ok } from '../../../shared/result.ts';

const lines = () => screen.queryAllByRole('row').slice(1);
const line = (name: RegExp) => screen.getByRole('row', { name });
const panel = () => screen.getByRole('complementary');
const go = (hash: string) => {
  act(() => {
    window.location.hash = hash;
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  });
};
const page = (entries: readonly ActivityEntry[]): Parameters<typeof fakeBridge>[1] => ({
  'activity:read': ({ before, limit }) => {
    const older = before === null ? entries : entries.filter((one) => one.seq < before);
    return ok({
      target: 'embedded:/var/lib/bulkhead',
      entries: older.slice(-limit),
      more: older.length > limit,
    });
  },
});
const arrive = (app: RenderedApp, ...entries: ActivityEntry[]) => {
  act(() => {
    app.bridge.emit('activity', { target: 'embedded:/var/lib/bulkhead', entries, left: 0 });
  });
};
const newest = (more: Partial<ActivityEntry>) =>
  entry(0, { seq: 1000, id: 'new-1', container: 'newcomer', image: 'example/new:1', ...more });
const textOf = (app: RenderedApp) =>
  JSON.parse(app.store.get().draft) as {
    enhancedContainerIsolation: { dockerSocketMount: { imageList: { images: string[] } } };
  };

const seen = (app: RenderedApp) => app.bridge.calls.filter((call) => call.name === 'activity:seen').length;

describe('the activity page', () => {
  it('counts nothing as seen in a hidden window', async () => {
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    try {
      const app = await renderApp(appState(), 'activity');
      await waitFor(() => {
        expect(lines().length).toBeGreaterThan(10);
      });
      expect(seen(app)).toBe(0);
      visibility.mockReturnValue('visible');
      act(() => {
        document.dispatchEvent(new Event('visibilitychange'));
      });
      expect(seen(app)).toBe(1);
    } finally {
      visibility.mockRestore();
    }
  });

  it('shows verifications’ requests under their own filter only, and counts them nowhere else', async () => {
    const probe = (seq: number) =>
      entry(1, { seq, client: { uid: 0, pid: 9 }, image: `bulkhead/probe:${seq}`, user: 'root' });
    const app = await renderApp(appState(), 'activity', page([entry(2, { seq: 1 }), probe(2), probe(3)]));
    await waitFor(() => {
      expect(lines()).toHaveLength(1);
    });
    expect(screen.getByRole('button', { name: /^Denied/ }).textContent).toBe('Denied1');
    await app.user.click(screen.getByRole('button', { name: /^Verification/ }));
    expect(lines()).toHaveLength(2);
  });

  it('marks held-back entries as seen when they are shown', async () => {
    const app = await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(seen(app)).toBe(1);
    });
    await app.user.click(lines()[0] ?? panel());
    act(() => {
      app.bridge.emit('changed', { activity: { ...appState().activity, unseen: 1 } });
    });
    arrive(app, newest({}));
    const button = await screen.findByRole('button', { name: /1 new/ });
    expect(seen(app)).toBe(1);
    await app.user.click(button);
    expect(seen(app)).toBe(2);
  });

  it('lists repeats as one line, newest first; filters, searches, and states what was read', async () => {
    const app = await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    expect(lines()[0]?.textContent).toMatch(/Denied.*Mount Docker socket.*12 times.*lint-runner/);
    expect(app.bridge.calls.some((call) => call.name === 'activity:seen')).toBe(true);
    await app.user.click(screen.getByRole('button', { name: /^Changed/ }));
    expect(lines()).toHaveLength(3);
    await app.user.click(screen.getByRole('button', { name: /^Denied/ }));
    expect(screen.queryByRole('row', { name: /Would be denied/ })).toBeNull();
    await app.user.click(screen.getByRole('button', { name: /^Would be denied/ }));
    expect(screen.getByRole('row', { name: /Would be denied/ })).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: /^All/ }));
    await app.user.type(screen.getByRole('textbox', { name: 'Container, image or rule' }), 'bind marek');
    expect(lines()).toHaveLength(2);
    await app.user.clear(screen.getByRole('textbox', { name: 'Container, image or rule' }));
    await app.user.type(screen.getByRole('textbox', { name: 'Container, image or rule' }), 'backup bind');
    expect(lines()).toHaveLength(1);
    await app.user.clear(screen.getByRole('textbox', { name: 'Container, image or rule' }));
    await app.user.type(screen.getByRole('textbox', { name: 'Container, image or rule' }), 'nothing like it');
    await app.user.click(screen.getByRole('button', { name: 'Show everything' }));
    expect(lines().length).toBeGreaterThan(10);
  });

  it('sorts by a column, also from the keyboard, and back to newest first', async () => {
    await renderApp(appState(), 'activity', page(someEntries));
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    const texts = () => lines().map((row) => row.textContent);
    const unsorted = texts();
    const head = (name: string) => screen.getByRole('columnheader', { name });
    const press = (name: string) => {
      fireEvent.click(within(head(name)).getByRole('button'));
    };
    expect(head('Time').getAttribute('aria-sort')).toBe('descending');
    press('Time');
    expect(head('Time').getAttribute('aria-sort')).toBe('ascending');
    expect(texts()).toEqual(unsorted.toReversed());
    press('Time');
    expect(texts()).toEqual(unsorted);
    const outcomes = () => texts().map((text) => /Denied|Would be denied|Changed|Warned/.exec(text)?.[0]);
    press('Outcome');
    const grouped = outcomes();
    expect(grouped[0]).toBe('Denied');
    expect(grouped.filter((outcome, index) => outcome !== grouped[index - 1])).toHaveLength(
      new Set(grouped).size,
    );
    // Within an outcome, newest first.
    const denied = (all: readonly string[]) => all.filter((text) => text.includes('Denied'));
    expect(denied(texts())).toEqual(denied(unsorted));
    press('Outcome');
    expect(outcomes().at(-1)).toBe('Denied');
    press('Outcome');
    expect(texts()).toEqual(unsorted);
    // Enter on a header sorts, and opens no entry.
    fireEvent.keyDown(within(head('Request')).getByRole('button'), { key: 'Enter' });
    expect(screen.queryByRole('complementary')).toBeNull();
  });

  it('holds new entries back while the list is not newest first', async () => {
    const app = await renderApp(appState(), 'activity', page(someEntries));
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    fireEvent.click(screen.getByRole('button', { name: 'Outcome' }));
    arrive(app, newest({}));
    fireEvent.click(await screen.findByRole('button', { name: /1 new/ }));
    expect(line(/newcomer/)).toBeTruthy();
  });

  it('opens an entry, a filter or a container by its address', async () => {
    const wanted = someEntries.find((one) => one.rule === 'command-blocked' && one.outcome === 'deny');
    await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    go(`#/activity?entry=${wanted?.id ?? ''}`);
    const detail = await screen.findByRole('complementary');
    expect(within(detail).getByRole('heading', { name: 'Call through the socket push' })).toBeTruthy();
    expect(
      within(detail).getByRole('link', { name: 'dockerSocketMount.commandList' }).getAttribute('href'),
    ).toMatch(/^#\/docker-socket/);
    expect(
      within(detail).getByText(/through the Docker socket of a container of docker:cli is blocked/),
    ).toBeTruthy();
    go('#/activity?filter=changed');
    await waitFor(() => {
      expect(lines()).toHaveLength(3);
    });
    expect(screen.queryByRole('complementary')).toBeNull();
    go('#/activity?container=backup-job');
    await waitFor(() => {
      expect(lines()).toHaveLength(1);
    });
    go('#/activity?entry=long-gone');
    expect(await screen.findByText('This entry is not in view any more')).toBeTruthy();
  });

  it('shows the exact change, adds it to the draft, and opens the review; undo reverts it', async () => {
    const app = await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    await app.user.click(line(/Mount Docker socket/));
    const before = app.store.get().draft;
    const exact = await within(panel()).findByRole('radio', { name: /This exact image/ });
    await app.user.click(exact);
    const wanted =
      'registry.example/ci/runner@sha256:77aa5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c6c40e';
    expect(within(panel()).getByRole('group', { name: 'Change of the draft' }).textContent).toContain(wanted);
    expect(app.store.get().draft).toBe(before);
    await app.user.click(within(panel()).getByRole('button', { name: 'Allow this…' }));
    await screen.findByRole('heading', { name: 'Review & apply', level: 1 });
    expect(textOf(app).enhancedContainerIsolation.dockerSocketMount.imageList.images.at(-1)).toBe(wanted);
    act(() => {
      app.store.undo();
    });
    expect(app.store.get().draft).toBe(before);
  });

  it('preselects nothing dangerous, advises where no setting helps, edits nothing locked', async () => {
    const app = await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    await app.user.click(line(/Bind mount \/etc/));
    expect(
      within(panel()).getByRole<HTMLInputElement>('radio', { name: /takes? it over|take it over/ }).checked,
    ).toBe(false);
    expect(within(panel()).getByRole<HTMLButtonElement>('button', { name: 'Allow this…' }).disabled).toBe(
      true,
    );
    expect(
      within(panel()).getByText('Choose what to allow first: nothing dangerous is preselected.'),
    ).toBeTruthy();
    await app.user.click(within(panel()).getByRole('radio', { name: /take it over/ }));
    expect(within(panel()).getByText('Nothing changes before you apply.')).toBeTruthy();
    expect(within(panel()).getByRole<HTMLButtonElement>('button', { name: 'Allow this…' }).disabled).toBe(
      false,
    );
    await app.user.click(line(/Share a namespace of the host --network=host/));
    expect(within(panel()).getByText(/No setting allows this\. Leave the option out\./)).toBeTruthy();
    const locked = await renderApp(
      appState({ settings: settingsState(app.store.get().draft, { readOnly: 'administrator (root)' }) }),
      'activity',
    );
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    await locked.user.click(line(/Mount Docker socket/));
    expect(within(panel()).getByText('Locked by administrator (root)')).toBeTruthy();
    expect(within(panel()).queryByRole('button', { name: 'Allow this…' })).toBeNull();
  });

  it('explains the requirement whose code is in a refusal', async () => {
    const app = await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    await app.user.click(line(/Bind mount \/etc/));
    expect(within(panel()).getByText('Requirement').nextElementSibling?.textContent).toBe(
      'Directories of the host are mounted only where file sharing allows it. A8',
    );
  });

  it("quotes what clients get in the language of refusals, with the window's beside it", async () => {
    const denial = deny('bind-not-shared', message('policy.bind-mount', { source: '/etc' }));
    const refused = newest({ ...denial, outcome: 'would-deny', message: refusalText(denial) });
    const quoted = () => panel().querySelector('pre');
    const chinese = { ...appState().preferences, language: 'zh-CN' as const };
    const inChinese = await renderApp(appState({ preferences: chinese }), 'activity', page([refused]));
    try {
      await inChinese.user.click(await screen.findByRole('row', { name: /newcomer/ }));
      expect(quoted()?.textContent).toBe(refusalText(denial));
      expect(quoted()?.lang).toBe('en');
      expect(within(panel()).getByText(/^中文译文：enhanced container isolation: 已拒绝/)).toBeTruthy();
    } finally {
      await act(async () => {
        await showLanguage('en');
      });
    }
    const refusalsInChinese = appliedText.replace(
      '"proxy"',
      '"bulkhead": { "language": "zh-CN" },\n  "proxy"',
    );
    const inEnglish = await renderApp(
      appState({ settings: settingsState(refusalsInChinese) }),
      'activity',
      page([refused]),
    );
    await inEnglish.user.click(await screen.findByRole('row', { name: /newcomer/ }));
    await waitFor(() => {
      expect(quoted()?.textContent).toMatch(/^enhanced container isolation: 已拒绝/);
    });
    expect(quoted()?.lang).toBe('zh-CN');
    expect(within(panel()).getByText(`In English: ${refusalText(denial)}`)).toBeTruthy();
    // In one language there is nothing to translate.
    const same = await renderApp(appState(), 'activity', page([refused]));
    await same.user.click(await screen.findByRole('row', { name: /newcomer/ }));
    expect(quoted()?.textContent).toBe(refusalText(denial));
    expect(panel().textContent).not.toContain('In English');
  });

  it('shows new entries at once, but never moves what the user is reading', async () => {
    const app = await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    arrive(app, newest({}));
    await waitFor(() => {
      expect(lines()[0]?.textContent).toContain('newcomer');
    });
    await app.user.click(line(/Bind mount \/srv\/data\/reports/));
    arrive(
      app,
      newest({ id: 'new-2', seq: 1001, container: 'later', what: '--ipc=host' }),
      newest({ id: 'new-3', seq: 1002, container: 'later', what: '--ipc=host' }),
    );
    const button = await screen.findByRole('button', { name: '2 new' });
    expect(lines()[0]?.textContent).toContain('newcomer');
    await app.user.click(button);
    await waitFor(() => {
      expect(lines()[0]?.textContent).toMatch(/--ipc=host.*2 times.*later/);
    });
    await app.user.click(within(panel()).getByRole('button', { name: 'Close' }));
    await app.user.click(screen.getByRole('button', { name: 'Pause' }));
    arrive(app, newest({ id: 'new-4', seq: 1003, container: 'paused', what: '--uts=host' }));
    await screen.findByRole('button', { name: '1 new' });
    await app.user.click(screen.getByRole('button', { name: 'Resume' }));
    await waitFor(() => {
      expect(lines()[0]?.textContent).toContain('paused');
    });
  });

  it('moves by arrow keys; Enter opens the detail, Escape closes it and focuses the line again', async () => {
    await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    const [first, second] = lines();
    act(() => {
      first?.focus();
    });
    fireEvent.keyDown(first ?? document.body, { key: 'ArrowDown' });
    await waitFor(() => {
      expect(document.activeElement).toBe(second);
    });
    fireEvent.keyDown(second ?? document.body, { key: 'Enter' });
    await waitFor(() => {
      expect(panel().contains(document.activeElement)).toBe(true);
    });
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await waitFor(() => {
      expect(screen.queryByRole('complementary')).toBeNull();
    });
    expect(document.activeElement).toBe(lines()[1]);
  });

  it('shows single entries of a line on demand', async () => {
    const app = await renderApp(appState(), 'activity');
    await waitFor(() => {
      expect(lines().length).toBeGreaterThan(10);
    });
    await app.user.click(line(/Mount Docker socket/));
    await app.user.click(within(panel()).getByRole('button', { name: 'Show all' }));
    expect(lines()).toHaveLength(12);
    await app.user.click(screen.getByRole('button', { name: 'Back to all' }));
    expect(lines()[0]?.textContent).toContain('12 times');
  });

  it('renders of ten thousand entries only those near the view', async () => {
    await renderApp(appState(), 'activity', page(manyEntries(10_000)));
    await waitFor(
      () => {
        expect(screen.getByRole('button', { name: /^Denied/ }).textContent).toContain('3,334');
      },
      { timeout: 10_000 },
    );
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('10001');
    expect(lines().length).toBeLessThan(60);
  });

  it('shows a log that could not be read neither as empty nor as read', async () => {
    const app = await renderApp(appState(), 'activity', { 'activity:read': () => fail('internal', 'no') });
    expect(await screen.findByRole('button', { name: 'Try again' })).toBeTruthy();
    expect(screen.queryByText(/^Nothing/)).toBeNull();
    expect(screen.queryByRole('button', { name: 'Try a command in the Simulator' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Denied' }).textContent).toBe('Denied');
    expect(seen(app)).toBe(0);
  });

  it('explains an empty, a missing and an unreadable log', async () => {
    await renderApp(
      appState({ activity: activitySummary([], { state: { kind: 'absent' } }) }),
      'activity',
      page([]),
    );
    expect(await screen.findByText(/^Nothing was denied or changed yet\./)).toBeTruthy();
    await renderApp(
      appState({
        activity: activitySummary([], {
          state: { kind: 'unreadable', why: 'rights', path: '/x/audit.jsonl', message: 'EACCES' },
        }),
      }),
      'activity',
      page([]),
    );
    expect(await screen.findByText(/^\/x\/audit\.jsonl is the administrator/)).toBeTruthy();
    expect(screen.queryByText('Live')).toBeNull();
  });

  it.each([
    ['stopped', 'Engine: Stopped'],
    ['failed', 'Engine: Failed'],
    ['starting', 'Engine: Starting'],
  ])('are not called live with an engine that is %s', async (name, text) => {
    await renderApp(namedState(name), 'activity');
    expect(await screen.findByText(text)).toBeTruthy();
    expect(screen.queryByText('Live')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
  });

  it('are called live while the engine runs, and paused on request', async () => {
    const { user } = await renderApp(appState(), 'activity');
    expect(await screen.findByText('Live')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    expect(screen.queryByText('Live')).toBeNull();
  });
});
