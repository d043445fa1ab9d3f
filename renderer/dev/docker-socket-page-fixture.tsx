import { screen, within } from '@testing-library/react';
import { appState } from './app-fixture.ts';
import { appliedText, settingsState } from './settings-fixture.ts';
import { renderApp, type RenderedApp } from './render-app.tsx';

export const open = (text = appliedText, more: Parameters<typeof settingsState>[1] = {}) =>
  renderApp(appState({ settings: settingsState(text, more) }), 'docker-socket');
interface Document {
  enhancedContainerIsolation: {
    dockerSocketMount: {
      imageList: { images: string[]; allowDerivedImages?: boolean };
      commandList: { type?: string; commands: string[] };
    };
  };
  bulkhead?: {
    socketMounts?: object;
    hideEnvironment?: string;
    perImageCommandLists?: { image: string; type: string; commands: string[] }[];
  };
}
// the fixture's shape
export const draftDocument = ({ store }: RenderedApp) => JSON.parse(store.get().draft) as Document;
export const row = (name: string) =>
  within(screen.getByRole('table', { name: 'Allowed images' }))
    .getAllByRole('row')
    .find((r) => r.textContent.startsWith(name)) ?? document.body;
export const countChanges = () => screen.queryByText(/^\d+ changes?$/)?.textContent ?? null;

// Many key presses and clicks on a whole window are slow in jsdom on a busy machine.
export const patience = { timeout: 30_000 };
