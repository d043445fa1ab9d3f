import { act, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { container } from '../../dev/container-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { namedState } from '../../dev/states.ts';

const open = async (question: 'Stop' | 'Restart', ...more: Parameters<typeof container>[]) => {
  const containers = [container('web'), ...more.map((one) => container(...one))];
  const scan = { at: '', durationMs: 1, eci: true, containers };
  const { user } = await renderApp(appState({ scan }), 'overview');
  await user.click(screen.getByRole('button', { name: 'Engine actions' }));
  await user.click(await screen.findByRole('menuitem', { name: `${question} engine…` }));
  await act(() => Promise.resolve());
  return within(await screen.findByRole('dialog'))
    .getByRole('heading')
    .closest('[role="dialog"]')?.textContent;
};
const job: Parameters<typeof container> = [
  'job',
  { autoRemove: true, protected: false, restartPolicy: 'no' },
];

it.each(['Stop', 'Restart'] as const)(
  '%s: names the containers that the engine removes',
  async (question) => {
    const text = await open(question, job);
    expect(text).toContain('job runs with --rm: it is removed once it stops.');
    expect(text).not.toContain('started again while ECI is on');
    expect(text).not.toContain('Containers, images and volumes stay');
  },
);

it('names none that has ended', async () => {
  const text = await open('Stop', ['job', { ...job[1], state: 'exited' }]);
  expect(text).toContain('Containers, images and volumes stay.');
  expect(text).not.toContain('--rm');
});

it('shows the backend that the gateway has containers run with, with any default runtime', async () => {
  await renderApp(namedState('otherRuntime'), 'overview');
  expect(screen.getByText('Backend').nextElementSibling?.textContent).not.toBe('None in use');
  expect(screen.queryByText('The engine’s own ids')).toBeNull();
});

it('shows when the engine crashed without losing a container', async () => {
  const crash = { at: '2026-03-01T10:00:05Z', containers: [], removed: 0 };
  await renderApp(appState({ engine: { ...appState().engine, crash } }), 'overview');
  expect(screen.getByText('Last crash')).toBeTruthy();
  expect(screen.getByText(/, and was restarted$/)).toBeTruthy();
});

it('leaves a crash that lost containers to its own step', async () => {
  const crash = { at: '2026-03-01T10:00:05Z', containers: ['a'.repeat(64)], removed: 0 };
  await renderApp(appState({ engine: { ...appState().engine, crash } }), 'overview');
  expect(screen.queryByText('Last crash')).toBeNull();
});
