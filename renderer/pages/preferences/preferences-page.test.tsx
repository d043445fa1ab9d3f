import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';

it('name the Electron that runs the window, and whether releases have it', async () => {
  const runtime = { electron: '25.1.1', node: '18.15.0', fallback: true };
  await renderApp(appState({ runtime }), 'preferences');
  expect(screen.getByText('Electron 25.1.1, Node 18.15.0 (fallback, for tests)')).toBeTruthy();
});
