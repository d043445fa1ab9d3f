import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { documentStates } from '../../dev/document-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import type { AppState } from '../../../shared/ipc/app-state.ts';

const state = (name: string): AppState => {
  const make = documentStates[name];
  if (make === undefined) throw new Error(`no state ${name}`);
  return make();
};
const open = async (name: string) => {
  const app = await renderApp(state(name), 'json');
  await screen.findByText('How to continue');
  return app;
};
const keepBoth = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Keep both' });

describe('a file that another program changed since the draft was begun', () => {
  it('shows what each side changed, merges what does not overlap; undo restores the draft', async () => {
    const { user, store, bridge } = await open('conflictClean');
    const before = store.get().draft;
    expect(
      within(screen.getByRole('region', { name: 'Changed outside Bulkhead' })).getByText('2 changes'),
    ).toBeTruthy();
    expect(
      within(screen.getByRole('region', { name: 'What you changed' })).getByText('2 changes'),
    ).toBeTruthy();
    await user.click(keepBoth());
    await waitFor(() => {
      expect(bridge.state().settings.conflict).toBe(false);
    });
    const { draft, applied } = bridge.state().settings;
    expect(JSON.parse(draft)).toMatchObject({
      enhancedContainerIsolation: {
        locked: false,
        dockerSocketMount: { imageList: { allowDerivedImages: false } },
      },
    });
    expect(draft).toContain('example.org/deploy:2');
    expect(draft).not.toContain('docker:cli');
    expect(draft).not.toBe(applied);
    store.undo();
    expect(store.get().draft).toBe(before);
    expect(bridge.calls.some((call) => call.name === 'apply:start')).toBe(false);
  });

  it('prompts for a value if both sides changed it, before both can be kept', async () => {
    const { user, bridge } = await open('conflictOverlap');
    expect(keepBoth().disabled).toBe(true);
    const choices = screen.getAllByRole('group', { name: /counts$/ });
    for (const group of choices) await user.click(within(group).getByRole('button', { name: 'File' }));
    await waitFor(() => {
      expect(keepBoth().disabled).toBe(false);
    });
    await user.click(keepBoth());
    await waitFor(() => {
      expect(bridge.state().settings.conflict).toBe(false);
    });
    expect(JSON.parse(bridge.state().settings.draft)).toMatchObject({
      filesharingAllowedDirectories: [{ path: '$HOME' }, { path: '$TMP', sharedByDefault: true }, {}],
    });
  });

  it('shows why the two can’t be merged while one has a syntax error', async () => {
    const { user, bridge, store } = await open('conflictBroken');
    const before = store.get().draft;
    expect(keepBoth().disabled).toBe(true);
    expect(screen.getByText('Not possible: your draft is not valid JSON.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Keep mine' }));
    await waitFor(() => {
      expect(bridge.state().settings.conflict).toBe(false);
    });
    expect(bridge.state().settings.draft).toBe(before);
  });
});
