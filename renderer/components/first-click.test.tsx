import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { appState } from '../dev/app-fixture.ts';
import { renderApp, type RenderedApp } from '../dev/render-app.tsx';
import { appliedText, settingsState } from '../dev/settings-fixture.ts';
import type { PageId } from '../../shared/pages/pages.ts';

/** A double click where the first button of this name is: its second click is on what is there by then. */
const doubleClickFirst = (name: string | RegExp) => {
  for (const detail of [1, 2]) {
    const [button] = screen.queryAllByRole('button', { name });
    if (button !== undefined) fireEvent.click(button, { detail });
  }
};
const openWith = (draft: string, page: PageId): Promise<RenderedApp> =>
  renderApp(appState({ settings: settingsState(appliedText, { draft }) }), page);

const invalidImages = appliedText.replace('"docker:cli"', '"Not One", "Not Two", "docker:cli"');
const sockets = appliedText.replace(
  '"filesharingAllowedDirectories": [',
  '"filesharingAllowedDirectories": [{ "path": "/run" }, { "path": "/var/run" }, ',
);

it.each<[PageId, string | RegExp, string, string, string]>([
  ['docker-socket', 'Remove', invalidImages, 'Not One', 'Not Two'],
  ['docker-socket', /^Undo the change to Not/, invalidImages, 'Not One', 'Not Two'],
  ['file-sharing', 'Remove', sockets, '"/run"', '"/var/run"'],
  ['file-sharing', /^Undo the change to .*run$/, sockets, '"/run"', '"/var/run"'],
])('%s: a double click on %s removes one entry', async (page, name, draft, first, second) => {
  const { store } = await openWith(draft, page);
  await screen.findAllByRole('button', { name });
  doubleClickFirst(name);
  await waitFor(() => {
    expect(store.get().draft).not.toContain(first);
  });
  expect(store.get().draft).toContain(second);
});

it('Docker socket: a double click on Remove in the menu removes the entry', async () => {
  const { user, store } = await openWith(appliedText, 'docker-socket');
  await user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
  await user.dblClick(await screen.findByRole('menuitem', { name: 'Remove' }));
  await waitFor(() => {
    expect(store.get().draft).not.toContain('"docker:cli"');
  });
});
