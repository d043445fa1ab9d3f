import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appliedText, dangerousDraft, settingsState } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { reviewResponses } from '../../dev/review-fixture.ts';
import { open as openState, state } from '../../dev/review-page-fixture.tsx';
import { ok } from '../../../shared/result.ts';

const open = (draft: string, applied = appliedText, more: { language?: 'zh-CN' } = {}) => {
  const base = state('turningOn');
  const app = { ...base, settings: settingsState(applied, { draft }) };
  return renderApp(
    more.language === undefined
      ? app
      : { ...app, preferences: { ...base.preferences, language: more.language } },
    'review',
    reviewResponses('turningOn'),
  );
};
const button = (name: string) => screen.getByRole('button', { name });
const withShares = (...paths: string[]) =>
  appliedText.replace(
    /"filesharingAllowedDirectories": \[[^\]]*\]/,
    `"filesharingAllowedDirectories": ${JSON.stringify(paths.map((path) => ({ path })))}`,
  );
const focused = () =>
  document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent;

describe('a finding that blocks the apply', () => {
  it('names the setting, and has no notice of its own above the findings', async () => {
    await openState('errors');
    expect(await screen.findByText('Wrong type or value: Lock for users')).toBeTruthy();
    expect(screen.getByText('1 blocks applying')).toBeTruthy();
    expect(screen.queryByText('This can’t be applied')).toBeNull();
    // In its row, and beside the button that it disables.
    expect(
      screen.getAllByText('/enhancedContainerIsolation/locked: expected true or false, got a string.'),
    ).toHaveLength(2);
  });
});

describe('what a finding is about', () => {
  it.each([
    [undefined, 'Remove /etc', 'Removed from the draft: /etc', 'Undo'],
    ['zh-CN', '移除 /etc', '已从草稿中移除：/etc', '撤消'],
  ] as const)('is removed from its row, with the way back (%s)', async (language, remove, removed, undo) => {
    const draft = dangerousDraft;
    const { user, store } = await open(draft, appliedText, language === undefined ? {} : { language });
    await user.click(await screen.findByRole('button', { name: remove }));
    await screen.findByText(removed);
    expect(JSON.stringify(JSON.parse(store.get().draft))).not.toContain('"/etc"');
    expect(screen.queryByRole('button', { name: remove })).toBeNull();
    await user.click(button(undo));
    expect(store.get().draft).toBe(draft);
    await waitFor(() => {
      expect(screen.queryByText(removed)).toBeNull();
    });
  });

  it('is above the changes if one is dangerous, also after that was removed', async () => {
    const { user } = await open(dangerousDraft);
    const cards = () =>
      within(screen.getByRole('main'))
        .getAllByRole('heading', { level: 2 })
        .map((heading) => heading.textContent.replace(/^\d+ /, ''))
        .slice(0, 2);
    const remove = await screen.findByRole('button', { name: 'Remove /etc' });
    expect(cards()).toEqual(['findings', 'changes']);
    await user.click(remove);
    expect(cards()).toEqual(['findings', 'changes']);
  });

  it('is removed as by its page: a list that was added for it goes with it', async () => {
    const applied = appliedText.replace(/,\s+"filesharingAllowedDirectories": \[[^\]]*\]/, '');
    const shares = [
      { path: '$HOME', sharedByDefault: true },
      { path: '$TMP', sharedByDefault: true },
      { path: '/etc' },
    ];
    const draft = applied.replace(
      '"proxy": { "mode": "system" }',
      `"proxy": { "mode": "system" }, "filesharingAllowedDirectories": ${JSON.stringify(shares)}`,
    );
    const { user, store } = await open(draft, applied);
    await user.click(await screen.findByRole('button', { name: 'Remove /etc' }));
    expect(store.get().draft).toBe(applied);
  });

  it('is never replaced by what a missing list would share', async () => {
    const applied = appliedText.replace(/,\s+"filesharingAllowedDirectories": \[[^\]]*\]/, '');
    const draft = applied.replace(
      '"proxy": { "mode": "system" }',
      '"proxy": { "mode": "system" }, "filesharingAllowedDirectories": [{ "path": "/etc" }]',
    );
    const { user, store } = await open(draft, applied);
    await user.click(await screen.findByRole('button', { name: 'Remove /etc' }));
    expect(JSON.parse(store.get().draft)).toMatchObject({ filesharingAllowedDirectories: [] });
  });

  it('is restored by Undo also if nothing is left to apply without it', async () => {
    const applied = withShares('/srv');
    const draft = withShares('/srv', '/etc');
    const responses = reviewResponses('turningOn');
    let isChanged = true;
    const { user, store } = await renderApp(
      { ...state('turningOn'), settings: settingsState(applied, { draft }) },
      'review',
      {
        ...responses,
        'plan:make': (input) => {
          const plan = responses['plan:make'](input);
          if (!plan.ok || isChanged) return plan;
          const blockers = [{ code: 'nothing-to-apply' as const, message: 'Nothing.' }];
          return ok({ ...plan.value, changes: [], effects: [], blocked: true, blockers });
        },
      },
    );
    const remove = await screen.findByRole('button', { name: 'Remove /etc' });
    isChanged = false;
    await user.click(remove);
    await screen.findByText('The draft is what is applied already: there is nothing to apply.');
    isChanged = true;
    await user.click(button('Undo'));
    expect(store.get().draft).toBe(draft);
    await screen.findByRole('button', { name: 'Remove /etc' });
  });

  it('hands the focus to the row that takes its place', async () => {
    const { user } = await open(withShares('/etc', '/usr'));
    await user.click(await screen.findByRole('button', { name: 'Remove /etc' }));
    await waitFor(() => {
      expect(focused()).toMatch(/^Open: Sharing \/usr is dangerous \(line \d+\)$/);
    });
    expect(document.activeElement?.closest('[data-row]')?.textContent).toContain('/usr');
  });

  it('is an image whose tag can move: pinned on its page, or removed', async () => {
    const { user, store } = await open(appliedText.replace('"value": true', '"value": false'));
    await user.click(await screen.findByRole('button', { name: 'Remove docker:cli' }));
    expect(store.get().draft).not.toContain('docker:cli');
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await user.click(await screen.findByRole('button', { name: /^Pin digest…: The tag of docker:cli/ }));
    await screen.findByRole('heading', { level: 1, name: 'Docker socket' }, { timeout: 20_000 });
    expect(new URLSearchParams(window.location.hash.split('?')[1]).get('pin')).toBe('docker:cli');
  });

  it('is an image of any tag: removed, or opened', async () => {
    const { user, store } = await open(appliedText.replace('"value": true', '"value": false'));
    await user.click(await screen.findByRole('button', { name: 'Remove docker.io/testcontainers/ryuk:*' }));
    expect(store.get().draft).not.toContain('ryuk');
  });

  it('has buttons that name it, also where another one has the same', async () => {
    await open(withShares('/etc', '/usr'));
    await screen.findByRole('button', { name: 'Remove /etc' });
    const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
    const names = rows.flatMap((row) =>
      [...row.querySelectorAll('button')].map((one) => one.getAttribute('aria-label') ?? one.textContent),
    );
    expect(names.length).toBeGreaterThan(3);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContainEqual(expect.stringMatching(/^Open: Sharing \/etc is dangerous \(line \d+\)$/));
  });

  it('stays where settings are read only', async () => {
    const base = state('turningOn');
    await renderApp(
      { ...base, settings: settingsState(appliedText, { draft: dangerousDraft, readOnly: 'rights' }) },
      'review',
      reviewResponses('turningOn'),
    );
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: 'Remove /etc' })).disabled).toBe(
      true,
    );
  });
});
