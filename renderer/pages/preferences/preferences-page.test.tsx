import { act, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { bundleEntries } from '../../dev/support-fixture.ts';
import { fail, ok, type Result } from '../../../shared/result.ts';
import type { ListedBundleEntry } from '../../../shared/support/bundle.ts';
import { appState } from '../../dev/app-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';

it('show the Electron that runs the window, and whether it is for tests only', async () => {
  const runtime = { electron: '25.1.1', node: '18.15.0', fallback: true };
  await renderApp(appState({ runtime }), 'preferences');
  expect(screen.getByText('Electron 25.1.1, Node 18.15.0 (fallback, for tests)')).toBeTruthy();
  // By the same title as everywhere, not by the host's name.
  expect(within(screen.getByRole('main')).getByText('Embedded engine')).toBeTruthy();
});

it('show the contents of a support bundle and what was redacted, before it is saved', async () => {
  let collected: (result: Result<ListedBundleEntry[] | null>) => void = () => undefined;
  const { user, bridge } = await renderApp(appState(), 'preferences', {
    'support:collect': () =>
      new Promise((resolve) => {
        collected = resolve;
      }),
  });
  await user.click(screen.getByRole('button', { name: 'Create support bundle…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Support bundle' }));
  const save = dialog.getByRole('button', { name: 'Save…' });
  expect(save).toHaveProperty('disabled', true);
  act(() => {
    bridge.emit('support', { read: 3, total: 12 });
  });
  expect(dialog.getByText('3 of 12 files read')).toBeTruthy();
  act(() => {
    collected(ok(bundleEntries));
  });
  expect(await dialog.findByText(/^14 files, .*; 8 values redacted$/)).toBeTruthy();
  expect(
    dialog.getByRole('row', { name: /^logs\/audit.jsonl.*1 authorization header, 1 token/ }),
  ).toBeTruthy();
  expect(dialog.getByRole('row', { name: /^versions\.json Nothing / })).toBeTruthy();
  await user.click(save);
  expect(await dialog.findByText(/bulkhead-support-20260412-093000\.tar\.gz/)).toBeTruthy();
  await user.click(dialog.getByRole('button', { name: 'Show in folder' }));
  expect(bridge.calls.at(-1)?.name).toBe('support:show');
  await user.click(dialog.getByRole('button', { name: 'Close' }));
  expect(bridge.calls.at(-1)?.name).toBe('support:cancel');
});

it('show why a support bundle could not be collected', async () => {
  const { user } = await renderApp(appState(), 'preferences', {
    'support:collect': () => fail('rights.not-root', 'administrator rights were not given'),
  });
  await user.click(screen.getByRole('button', { name: 'Create support bundle…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Support bundle' }));
  expect(await dialog.findByRole('alert')).toBeTruthy();
  expect(dialog.getByRole('button', { name: 'Save…' })).toHaveProperty('disabled', true);
});
