import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../dev/render-app.tsx';
import { appState } from '../../dev/app-fixture.ts';
import { container } from '../../dev/container-fixture.ts';

const countOf = (name: string): string | null | undefined =>
  screen.queryByRole('link', { name })?.closest('li')?.textContent;

const containers = [
  container('web'),
  container('old', { protected: false }),
  container('web-before-eci', { protected: false, reason: 'replaced', state: 'exited' }),
];
const stateWith = (these: typeof containers) =>
  appState({ scan: { at: '', durationMs: 1, eci: true, containers: these } });

it('counts a kept container neither as protected nor as unprotected', async () => {
  await renderApp(stateWith(containers), 'overview');
  expect(countOf('Protected')).toBe('Protected1');
  expect(countOf('Unprotected')).toBe('Unprotected1');
  expect(countOf('Replaced')).toBe('Replaced1');
});

it('has no line for kept containers if there are none', async () => {
  await renderApp(stateWith(containers.slice(0, 2)), 'overview');
  expect(countOf('Unprotected')).toBe('Unprotected1');
  expect(countOf('Replaced')).toBeUndefined();
});
