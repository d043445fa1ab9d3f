import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { run } from '../../dev/apply-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { pictureCommand } from '../../dev/simulator-fixture.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';

const simulateUnder = async (more: Partial<AppState>) => {
  const { user } = await renderApp(appState(more), 'simulator');
  const clear = screen.queryByRole('button', { name: 'Clear' });
  if (clear !== null) await user.click(clear);
  await user.click(screen.getByRole('textbox', { name: /Docker command/ }));
  await user.paste(pictureCommand);
  await user.keyboard('{Enter}');
};

it('the settings used for the decision are shown as applied', async () => {
  await simulateUnder({});
  await screen.findByText('Applied, version 11');
});

it('the settings of an apply in progress are not shown as applied yet', async () => {
  await simulateUnder({ run: run({ fromVersion: 10, toVersion: 11 }) });
  await screen.findByText('Version 11, being applied');
  expect(screen.queryByText('Applied, version 11')).toBeNull();
});
