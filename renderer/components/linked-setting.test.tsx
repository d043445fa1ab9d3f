import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../dev/app-fixture.ts';
import { appliedText, settingsState } from '../dev/settings-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';
import type { PageId } from '../../shared/pages/pages.ts';

const listKey =
  ', "bulkhead": { "perImageCommandLists": ' +
  '[{ "image": "docker:cli", "type": "allow", "commands": ["ps"] }] }';
const withList = appliedText.replace(/\}\s*$/, `${/"bulkhead"\s*:/.test(appliedText) ? '' : listKey} }`);

/** Opens a page by a link to one of its settings. */
async function follow(page: PageId, pointer: string, text = appliedText): Promise<void> {
  await renderApp(appState({ settings: settingsState(text) }), page);
  act(() => {
    window.location.hash = `#/${page}?pointer=${encodeURIComponent(pointer)}`;
  });
}
const pointed = () => document.querySelector<HTMLElement>('[data-pointed]');

describe('a link to a setting', { timeout: 30_000 }, () => {
  it.each([
    ['isolation', '/enhancedContainerIsolation/value', 'Enhanced Container Isolation'],
    ['isolation', '/bulkhead/mode', 'Enforcement mode'],
    ['isolation', '/bulkhead/language', 'Language of denials'],
    ['isolation', '/bulkhead/backend', 'bulkhead-runc'],
    ['docker-socket', '/enhancedContainerIsolation/dockerSocketMount/imageList/images/1', 'docker:cli'],
    ['docker-socket', '/bulkhead/hideEnvironment', 'environment'],
    // Refusals name a group of settings, which has no place of its own.
    ['docker-socket', '/enhancedContainerIsolation/dockerSocketMount/imageList', 'allowed images'],
    ['docker-socket', '/enhancedContainerIsolation/dockerSocketMount/commandList', 'commands'],
    ['file-sharing', '/filesharingAllowedDirectories/0/path', '$HOME'],
  ] as const)('on %s shows %s, with the focus in it', async (page, pointer, label) => {
    await follow(page, pointer);
    await waitFor(() => {
      expect(pointed()).not.toBeNull();
    });
    expect(pointed()?.textContent.toLowerCase()).toContain(label.toLowerCase());
    expect(pointed()?.contains(document.activeElement)).toBe(true);
    act(() => {
      screen.getByRole('heading', { level: 1 }).focus();
    });
    expect(pointed()).toBeNull();
  });

  it('names a refused image: the field for another one has the focus, not the switch beside it', async () => {
    await follow('docker-socket', '/enhancedContainerIsolation/dockerSocketMount/imageList');
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'Image to allow' }));
    });
    expect(pointed()?.querySelector('h2')?.textContent).toBe('Allowed images');
  });

  it('opens the list of commands that it points into', async () => {
    await follow('docker-socket', '/bulkhead/perImageCommandLists/0/commands', withList);
    await waitFor(() => {
      expect(pointed()?.textContent).toContain('are under this list instead of the default one');
    });
  });

  it('scrolls to the parent of a removed setting', async () => {
    await follow('docker-socket', '/enhancedContainerIsolation/dockerSocketMount/imageList/images/99');
    await waitFor(() => {
      expect(pointed()?.querySelector('h2')?.textContent).toBe('Allowed images');
    });
  });
});
