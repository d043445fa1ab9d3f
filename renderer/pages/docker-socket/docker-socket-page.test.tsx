import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { appliedText, offText, settingsState, socketText } from '../../dev/settings-fixture.ts';
import { renderApp, type RenderedApp } from '../../dev/render-app.tsx';
import { fail, ok } from '../../../shared/result.ts';
import { draftDocument, patience, open, row, countChanges } from '../../dev/docker-socket-page-fixture.tsx';
import { namedState } from '../../dev/states.ts';

const images = (app: RenderedApp) =>
  draftDocument(app).enhancedContainerIsolation.dockerSocketMount.imageList.images;
const field = () => screen.getByRole('combobox', { name: 'Image to allow' });
/** As from the clipboard: one event instead of one a letter. */
const typeInto = async ({ user }: RenderedApp, input: HTMLElement, text: string) => {
  await user.clear(input);
  await user.click(input);
  await user.paste(text);
};
/** An image on the engine. `digit`: what its digests consist of. */
const localImage = (name: string, digit: string) => ({
  id: `sha256:${digit.repeat(64)}`,
  tags: [name],
  digests: [`${name.split(':')[0]}@sha256:${digit.repeat(64)}`],
});
const helper = () => document.getElementById(field().getAttribute('aria-describedby') ?? '')?.textContent;

describe('allowed images (B2)', patience, () => {
  it('validates while typing and adds on Enter, keeping every other byte', async () => {
    const app = await open();
    await app.user.type(field(), 'Docker');
    expect(helper()).toBe('Repository names are lower case');
    expect((screen.getByRole('button', { name: 'Add image' }) as HTMLButtonElement).disabled).toBe(true);
    await app.user.keyboard('{Enter}');
    expect(app.store.get().draft).toBe(appliedText);
    await typeInto(app, field(), 'example.org/deploy:2');
    await app.user.keyboard('{Enter}');
    expect(app.store.get().draft).toBe(appliedText.replace('03bd"]', '03bd", "example.org/deploy:2"]'));
    expect(within(row('example.org/deploy:2')).getByText('Added')).toBeTruthy();
    expect((field() as HTMLInputElement).value).toBe('');
  });

  it('shows what a reference matches on this engine, by name', async () => {
    const app = await open(appliedText.replace('"docker:cli", ', ''));
    await typeInto(app, field(), 'docker:cli');
    await waitFor(() => {
      expect(helper()).toBe('Matches 1 image on this engine');
    });
    await typeInto(app, field(), 'docker:25');
    expect(helper()).toBe('Matches no image on this engine yet');
    expect(within(row('docker.io/testcontainers/ryuk:*')).getByText('No image yet')).toBeTruthy();
  });

  it('suggests images of this engine while one types, and adds the chosen one', async () => {
    const app = await renderApp(appState(), 'docker-socket', {
      'images:list': () => ok(['redis:7', 'docker:27'].map((name, index) => localImage(name, `${index}`))),
    });
    const input = field() as HTMLInputElement;
    const suggested = () => [...(input.list?.options ?? [])].map(({ value }) => value);
    await app.user.type(input, 're');
    await waitFor(() => {
      expect(suggested()).toEqual(['redis:7']);
    });
    // As the browser does when one of its list is chosen.
    fireEvent.input(input, { target: { value: suggested()[0] } });
    expect(input.value).toBe('redis:7');
    await app.user.keyboard('{Enter}');
    expect(images(app)).toContain('redis:7');
  });

  it('refuses a duplicate in any notation, and mentions a wider entry', async () => {
    const app = await open();
    await typeInto(app, field(), 'docker.io/library/docker:cli');
    await app.user.keyboard('{Enter}');
    expect(helper()).toBe('Already allowed as docker:cli');
    await typeInto(app, field(), 'testcontainers/ryuk:0.11');
    expect(helper()).toBe('Already covered by docker.io/testcontainers/ryuk:*');
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('clears the field on Escape', async () => {
    const app = await open();
    await app.user.type(field(), 'docker{Escape}');
    expect((field() as HTMLInputElement).value).toBe('');
  });

  it('edits an entry in its row, and undo restores the applied bytes', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Edit…' }));
    const input = await screen.findByRole('combobox', { name: 'Image reference' });
    await waitFor(() => {
      expect(document.activeElement).toBe(input);
    });
    await typeInto(app, input, 'docker:27');
    await app.user.keyboard('{Enter}');
    expect(images(app)[1]).toBe('docker:27');
    expect(within(row('docker:27')).getByText('Edited')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker:27' }));
    expect(app.store.get().draft).toBe(appliedText);
    expect(countChanges()).toBeNull();
  });

  it('keeps a removed entry visible until it is applied', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Remove' }));
    await waitFor(() => {
      expect(images(app)).not.toContain('docker:cli');
    });
    expect(within(row('docker:cli')).getByText('Removed')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker:cli' }));
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('fixes a bad entry in its row', async () => {
    const app = await open(appliedText.replace('docker:cli', 'Docker:cli'));
    await app.user.click(screen.getByRole('button', { name: 'Change it to docker:cli' }));
    expect(images(app)[1]).toBe('docker:cli');
  });

  it('switches derived images; toggling back leaves no change, also if the key is missing', async () => {
    const silent = appliedText.replace(/,\s+"allowDerivedImages": true/, '');
    const app = await open(silent);
    const toggle = () => screen.getByRole('switch', { name: 'Also allow images built from these' });
    expect((toggle() as HTMLInputElement).checked).toBe(true);
    await app.user.click(toggle());
    expect(draftDocument(app).enhancedContainerIsolation.dockerSocketMount.imageList.allowDerivedImages).toBe(
      false,
    );
    expect(countChanges()).toBe('1 change');
    await app.user.click(toggle());
    expect(app.store.get().draft).toBe(silent);
  });

  it('explains an empty list, and adds the first image from there', async () => {
    const on = offText.replace('"value": false', '"value": true');
    const app = await open(on);
    expect(screen.getByText('No image is allowed: no container may mount the Docker socket.')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Add image' }));
    await app.user.type(field(), 'docker{Enter}');
    expect(images(app)).toEqual(['docker']);
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker' }));
    expect(app.store.get().draft).toBe(on);
  });

  it('never shows that nothing may mount the socket while ECI is off', async () => {
    await open(offText);
    expect(screen.getByText('ECI is off: every container may mount the socket')).toBeTruthy();
    expect(screen.queryByText(/^No image is allowed: no container/)).toBeNull();
  });

  it('shows that earlier lists are enforced while the settings file is deleted', async () => {
    await renderApp(namedState('deletedFile'), 'docker-socket');
    expect(screen.getByText('Socket mounts are still checked, but not by these lists')).toBeTruthy();
    expect(screen.getByText(/^There is no settings file, and so no list of images/)).toBeTruthy();
    expect(screen.queryByText(/ECI is off/)).toBeNull();
    expect(screen.queryByText(/no container may mount/i)).toBeNull();
  });

  it.each([
    ['some', { socketMounts: true }, /version 11, with ECI on\. Images on its list may mount the socket\.$/],
    ['none', { socketMounts: false }, /version 11, with ECI on\. No container may mount the socket\.$/],
    ['none, locked down', { hash: null, socketMounts: false }, /strictest policy\. No container may mount/],
    ['all, in audit mode', { mode: 'audit', socketMounts: false }, /version 11, in audit mode\.$/],
  ] as const)('says who may mount the socket by the policy in force: %s', async (_, more, sentence) => {
    const state = namedState('deletedFile');
    const { recorded, ...facts } = state.settings.policyFacts;
    if (recorded === null) throw new Error('the fixture has a policy in force');
    const policyFacts = { ...facts, recorded: { ...recorded, ...more } };
    await renderApp({ ...state, settings: { ...state.settings, policyFacts } }, 'docker-socket');
    expect(screen.getByText(sentence)).toBeTruthy();
  });

  it('shows that sockets are guarded until a draft that turns ECI off is applied', async () => {
    await renderApp(namedState('turningOff'), 'docker-socket');
    expect(
      screen.getByText('ECI is off in this draft: once applied, every container may mount the socket'),
    ).toBeTruthy();
  });

  it('shows no notice above the lists while ECI is on: they are in force', async () => {
    await open();
    expect(screen.queryByText(/^ECI is off/)).toBeNull();
    expect(screen.queryByText(/refuses every mount/)).toBeNull();
  });

  it('reads the images again when the window gets focus: a tag may have changed', async () => {
    const { bridge } = await open();
    const listRequests = () => bridge.calls.filter(({ name }) => name === 'images:list').length;
    await waitFor(() => {
      expect(listRequests()).toBe(1);
    });
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });
    await waitFor(() => {
      expect(listRequests()).toBe(2);
    });
  });

  it('does not show a failed or missing response as "no image"', async () => {
    await renderApp(appState(), 'docker-socket', {
      'images:list': () => fail('engine.request-failed', 'no'),
    });
    expect(await screen.findByText('The engine’s images could not be listed')).toBeTruthy();
    expect(screen.queryByText('No image yet')).toBeNull();
    await renderApp(namedState('stopped'), 'docker-socket');
    expect(screen.getAllByText('Unknown')).toHaveLength(3);
  });

  it.each([
    // How much is trusted: one digest, what a tag is, any tag.
    ['Trusted content', ['registry.example/ci/agent', 'docker:cli', 'docker.io/testcontainers/ryuk']],
    // How many images there are: none, one, two.
    ['On this engine', ['docker.io/testcontainers/ryuk', 'docker:cli', 'registry.example/ci/agent']],
    // The default list, then own ones.
    ['Commands', ['docker.io/testcontainers/ryuk', 'registry.example/ci/agent', 'docker:cli']],
    ['Image', ['docker:cli', 'docker.io/testcontainers/ryuk', 'registry.example/ci/agent']],
  ])('are sorted by "%s", up, down, and then as they are written', async (column, sorted) => {
    const agent = 'registry.example/ci/agent';
    const pinned = /agent@(sha256:[0-9a-f]+)/.exec(socketText)?.[1] ?? '';
    const app = await renderApp(appState({ settings: settingsState(socketText) }), 'docker-socket', {
      'images:list': () =>
        ok([
          localImage('docker:cli', '1'),
          { ...localImage(`${agent}:1`, '2'), digests: [`${agent}@${pinned}`] },
          { ...localImage(`${agent}:2`, '3'), digests: [`${agent}@${pinned}`] },
        ]),
    });
    await waitFor(() => {
      expect(within(row(agent)).getByText('2 images')).toBeTruthy();
    });
    const head = screen.getByRole('columnheader', { name: new RegExp(`^${column}`) });
    const listed = () =>
      within(screen.getByRole('table', { name: 'Allowed images' }))
        .getAllByRole('row')
        .slice(1)
        .map((one) => sorted.find((name) => one.textContent.startsWith(name)));
    const written = listed();
    const sort = () => app.user.click(within(head).getByRole('button', { name: column }));
    await sort();
    expect(head.getAttribute('aria-sort')).toBe('ascending');
    expect(listed()).toEqual(sorted);
    await sort();
    expect(head.getAttribute('aria-sort')).toBe('descending');
    expect(listed()[0]).toBe(sorted.at(-1));
    await sort();
    expect(listed()).toEqual(written);
  });

  it('renders only what is near the view of 1,000 entries', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `example.org/team/tool-${index}:1`);
    const app = await open(appliedText.replace(/"images": \[[^\]]*\]/, `"images": ${JSON.stringify(many)}`));
    const table = screen.getByRole('table', { name: 'Allowed images' });
    expect(table.getAttribute('aria-rowcount')).toBe('1001');
    expect(within(table).getAllByRole('row').length).toBeGreaterThan(20);
    expect(within(table).getAllByRole('row').length).toBeLessThan(120);
    await waitFor(() => {
      expect(app.bridge.calls.filter(({ name }) => name === 'registry:resolve').length).toBeLessThan(120);
    });
  });
});

describe('what registries serve for the entries (B3)', patience, () => {
  it('shows the digest, and for an unreachable registry that nothing is known', async () => {
    await open(
      appliedText.replace('docker:cli', 'docker:cli", "docker", "example.org/gone:1", "example.org/deploy:2'),
    );
    expect(await within(row('docker:cli')).findByText('4f2a…91c7')).toBeTruthy();
    expect(await screen.findByText('unknown')).toBeTruthy();
    expect(await screen.findByText('not in its registry')).toBeTruthy();
    expect(await screen.findByText('last known, 3 h ago')).toBeTruthy();
  });

  it('shows that the socket is denied until an unreachable registry responds', async () => {
    const text = appliedText.replace('docker:cli', 'docker');
    await open(text);
    const denied = await screen.findByText('denied until the registry responds');
    expect(denied.closest('tr')?.textContent).toContain('unknown');
    // Docker Desktop decides by itself.
    await renderApp({ ...namedState('desktop'), settings: settingsState(text) }, 'docker-socket');
    await screen.findByText('unknown');
    expect(screen.queryByText(/^denied until/)).toBeNull();
  });

  it('pins the served digest: the entry becomes name@sha256 once it is saved', async () => {
    const app = await open();
    await within(row('docker:cli')).findByText('4f2a…91c7');
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Pin digest…' }));
    const input = await screen.findByRole<HTMLInputElement>('combobox', { name: 'Image reference' });
    expect(input.value).toBe(
      'docker@sha256:4f2a5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c691c7',
    );
    expect(app.store.get().draft).toBe(appliedText);
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    expect(images(app)[1]).toBe(input.value);
    expect(within(row('docker@sha256')).getByText('pinned')).toBeTruthy();
  });

  it('opens the entry that an address names for pinning with its digest, once', async () => {
    const app = await open();
    window.location.hash = '#/docker-socket?pin=docker:cli';
    const editing = () => screen.queryByRole<HTMLInputElement>('combobox', { name: 'Image reference' });
    await waitFor(() => {
      expect(editing()?.value).toMatch(/^docker@sha256:4f2a/);
    });
    await typeInto(app, editing() ?? field(), 'docker:24');
    await app.user.click(screen.getByRole('button', { name: 'Save' }));
    expect(images(app)[1]).toBe('docker:24');
    // The entry is back at its place.
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker:24' }));
    await within(row('docker:cli')).findByText('4f2a…91c7');
    expect(editing()).toBeNull();
  });

  it('does not change entries other than the one that an address names for pinning', async () => {
    const app = await open(appliedText.replace('"docker:cli"', '"docker:24", "docker:cli"'));
    await within(row('docker:cli')).findByText('4f2a…91c7');
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:24' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Edit…' }));
    const input = await screen.findByRole<HTMLInputElement>('combobox', { name: 'Image reference' });
    await typeInto(app, input, 'docker:25');
    act(() => {
      window.location.hash = '#/docker-socket?pin=docker:cli';
    });
    await waitFor(() => {
      expect(window.location.hash).toContain('pin=');
    });
    expect(screen.getAllByRole('combobox', { name: 'Image reference' })).toHaveLength(1);
    expect(input.value).toBe('docker:25');
    expect(input.isConnected).toBe(true);
    // Nor once it is closed: the result is not needed any more.
    await app.user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByRole('combobox', { name: 'Image reference' })).toBeNull();
  });

  it('queries the typed text once the typing stops, and shows what it matches here', async () => {
    const app = await open(appliedText.replace('"docker:cli", ', ''));
    await typeInto(app, field(), 'docker:cli');
    await waitFor(() => {
      expect(helper()).toBe('The registry serves 4f2a…91c7, which matches 1 local image');
    });
    await typeInto(app, field(), 'docker:24');
    await waitFor(() => {
      expect(helper()).toBe('The registry has no such image: the entry would allow none');
    });
    await typeInto(app, field(), 'docker:26');
    await waitFor(() => {
      expect(helper()).toContain('Unknown what the registry serves');
    });
  });

  it('queries again without the caches', async () => {
    const app = await open();
    await app.user.click(await screen.findByRole('button', { name: 'Query the registries again' }));
    await waitFor(() => {
      expect(
        app.bridge.calls.filter(
          ({ name, input }) => name === 'registry:resolve' && JSON.stringify(input).includes('"again":true'),
        ),
      ).toHaveLength(2);
    });
  });

  it('lists local images on demand, with those of other content marked', async () => {
    const app = await renderApp(appState(), 'docker-socket', {
      'images:list': () =>
        ok([
          {
            id: `sha256:${'1'.repeat(64)}`,
            tags: ['docker:cli'],
            digests: [`docker@sha256:${'2'.repeat(64)}`],
          },
        ]),
    });
    await app.user.click(await screen.findByText('1 image, other content'));
    expect(
      within(
        await screen.findByRole('dialog', { name: 'Images on this engine that match docker:cli' }),
      ).getByText('other content: not allowed. Pull it again.'),
    ).toBeTruthy();
  });
});
