import { act } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { reviewStates } from '../dev/review-fixture.ts';
import { namedState, states } from '../dev/states.ts';
import { renderApp } from '../dev/render-app.tsx';
import { pageIds, type PageId } from '../../shared/pages/pages.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';

/** The names of the filled buttons of the window; a dialog over the page has its own. */
const filled = () =>
  [...document.querySelectorAll('.MuiButton-contained')]
    .filter((button) => button.closest('[role="dialog"]') === null)
    .map((button) => button.textContent);

/** States in which engine, draft, file or what runs differ; the others only fill lists. */
const everywhere: readonly (readonly [string, AppState])[] = [
  'protected',
  'off',
  'unverified',
  'failedProbe',
  'stopped',
  'failed',
  'scanFailed',
  'rootGone',
  'edited',
  'broken',
  'brokenFile',
  'deletedFile',
  'conflict',
  'readOnly',
  'noFile',
  'applying',
  'recreated',
  'removed',
  'desktopEdited',
  'desktopInterrupted',
  'machine',
].map((name) => [name, namedState(name)]);

const all = (of: Readonly<Record<string, () => AppState>>) =>
  Object.entries(of).map(([name, state]) => [name, state()] as const);
const more: { readonly [page in PageId]?: readonly (readonly [string, AppState])[] } = {
  overview: all(states).filter(([name]) => !/huge|many|^(?:socket|shares|firstRun|activity)/i.test(name)),
  review: all(reviewStates),
  welcome: all(states).filter(([name]) => name.startsWith('firstRun')),
};

describe.each(pageIds)('the page %s', { timeout: 120_000 }, (page) => {
  it('has at most one filled button in every state', async () => {
    const { bridge } = await renderApp(namedState('protected'), page);
    const several: string[] = [];
    for (const [name, state] of [...everywhere, ...(more[page] ?? [])]) {
      await act(async () => {
        bridge.emit('changed', state);
        // Until the page has received what it requests in this state.
        await new Promise((resolve) => {
          setTimeout(resolve);
        });
      });
      if (filled().length > 1) several.push(`${name}: ${filled().join(', ')}`);
    }
    expect(several).toEqual([]);
  });
});
