import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState, appliedText, offText, settingsState, states } from '../../dev/fixture.ts';
import { renderApp, type RenderedApp } from '../../dev/render-app.tsx';
import { fail } from '../../../shared/result.ts';

const open = (text = appliedText, more: Parameters<typeof settingsState>[1] = {}) => renderApp(appState({ settings: settingsState(text, more) }), 'docker-socket');
const state = (name: string) => {
  const make = states[name];
  if (make === undefined) throw new Error('no such state');
  return make();
};
interface Document { enhancedContainerIsolation: { dockerSocketMount: { imageList: { images: string[]; allowDerivedImages?: boolean }; commandList: { type?: string; commands: string[] } } }; bulkhead?: { perImageCommandLists: { image: string; type: string; commands: string[] }[] } }
const document_ = ({ store }: RenderedApp) => JSON.parse(store.get().draft) as Document; // the fixture's shape
const images = (app: RenderedApp) => document_(app).enhancedContainerIsolation.dockerSocketMount.imageList.images;
const commands = (app: RenderedApp) => document_(app).enhancedContainerIsolation.dockerSocketMount.commandList;
const field = () => screen.getByRole('textbox', { name: 'Image to allow' });
/** As from the clipboard: one event instead of one a letter. */
const put = async ({ user }: RenderedApp, input: HTMLElement, text: string) => { await user.clear(input); await user.click(input); await user.paste(text); };
const helper = () => document.getElementById(field().getAttribute('aria-describedby') ?? '')?.textContent;
const row = (name: string) => within(screen.getByRole('table', { name: 'Allowed images' })).getAllByRole('row').find((r) => r.textContent.startsWith(name)) ?? document.body;
const group = (name: string) => screen.getByRole('group', { name: `Commands of ${name}` });
const countChanges = () => screen.queryByText(/^\d+ changes?$/)?.textContent ?? null;

// Many keys and clicks on a whole window take their time in jsdom on a busy machine.
const patience = { timeout: 30_000 };

describe('allowed images (B2)', patience, () => {
  it('validates while typing and adds on Enter, keeping every other byte', async () => {
    const app = await open();
    await app.user.type(field(), 'Docker');
    expect(helper()).toBe('Repository names are lower case');
    expect((screen.getByRole('button', { name: 'Add image' }) as HTMLButtonElement).disabled).toBe(true);
    await app.user.keyboard('{Enter}');
    expect(app.store.get().draft).toBe(appliedText);
    await put(app, field(), 'example.org/deploy:2');
    await app.user.keyboard('{Enter}');
    expect(app.store.get().draft).toBe(appliedText.replace('03bd"]', '03bd", "example.org/deploy:2"]'));
    expect(within(row('example.org/deploy:2')).getByText('Added')).toBeTruthy();
    expect((field() as HTMLInputElement).value).toBe('');
  });

  it('says what a reference matches on this engine, by name', async () => {
    const app = await open(appliedText.replace('"docker:cli", ', ''));
    await put(app, field(), 'docker:cli');
    await waitFor(() => { expect(helper()).toBe('Matches 1 image on this engine'); });
    await put(app, field(), 'docker:24');
    expect(helper()).toBe('Matches no image on this engine yet');
    expect(within(row('docker.io/testcontainers/ryuk:*')).getByText('No image yet')).toBeTruthy();
  });

  it('refuses a duplicate however it is spelt, and mentions a wider entry', async () => {
    const app = await open();
    await put(app, field(), 'docker.io/library/docker:cli');
    await app.user.keyboard('{Enter}');
    expect(helper()).toBe('Already listed as docker:cli');
    await put(app, field(), 'testcontainers/ryuk:0.11');
    expect(helper()).toBe('Already covered by docker.io/testcontainers/ryuk:*');
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('clears the field on Escape', async () => {
    const app = await open();
    await app.user.type(field(), 'docker{Escape}');
    expect((field() as HTMLInputElement).value).toBe('');
  });

  it('edits an entry in its row, and undo brings the applied bytes back', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Edit…' }));
    const input = await screen.findByRole('textbox', { name: 'Image reference' });
    await waitFor(() => { expect(document.activeElement).toBe(input); });
    await put(app, input, 'docker:27');
    await app.user.keyboard('{Enter}');
    expect(images(app)[1]).toBe('docker:27');
    expect(within(row('docker:27')).getByText('Edited')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker:27' }));
    expect(app.store.get().draft).toBe(appliedText);
    expect(countChanges()).toBeNull();
  });

  it('keeps a removed entry in sight until it is applied', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Remove' }));
    await waitFor(() => { expect(images(app)).not.toContain('docker:cli'); });
    expect(within(row('docker:cli')).getByText('Removed')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker:cli' }));
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('mends a bad entry in its row', async () => {
    const app = await open(appliedText.replace('docker:cli', 'Docker:cli'));
    await app.user.click(screen.getByRole('button', { name: 'Change it to docker:cli' }));
    expect(images(app)[1]).toBe('docker:cli');
  });

  it('switches derived images; back again is no change, also where the document does not say', async () => {
    const silent = appliedText.replace(/,\s+"allowDerivedImages": true/, '');
    const app = await open(silent);
    const toggle = () => screen.getByRole('switch', { name: 'Also allow images built from these' });
    expect((toggle() as HTMLInputElement).checked).toBe(true);
    await app.user.click(toggle());
    expect(document_(app).enhancedContainerIsolation.dockerSocketMount.imageList.allowDerivedImages).toBe(false);
    expect(countChanges()).toBe('1 change');
    await app.user.click(toggle());
    expect(app.store.get().draft).toBe(silent);
  });

  it('says what an empty list means, and adds the first image from there', async () => {
    const on = offText.replace('"value": false', '"value": true');
    const app = await open(on);
    expect(screen.getByText('No image is listed: no container may mount the Docker socket.')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Add image' }));
    await app.user.type(field(), 'docker{Enter}');
    expect(images(app)).toEqual(['docker']);
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker' }));
    expect(app.store.get().draft).toBe(on);
  });

  it('never says that nothing may mount the socket while ECI is off', async () => {
    await open(offText);
    expect(screen.getByText('ECI is off: every container may mount the socket')).toBeTruthy();
    expect(screen.queryByText(/^No image is listed: no container/)).toBeNull();
  });

  it('says nothing above the lists while ECI is on: they are in force', async () => {
    await open();
    expect(screen.queryByText(/^ECI is off/)).toBeNull();
    expect(screen.queryByText(/refuses every mount/)).toBeNull();
  });

  it('does not take a failed or missing answer for "no image"', async () => {
    await renderApp(appState(), 'docker-socket', { 'images:list': () => fail('engine.request-failed', 'no') });
    expect(await screen.findByText('The engine’s images could not be listed')).toBeTruthy();
    expect(screen.queryByText('No image yet')).toBeNull();
    await renderApp(state('stopped'), 'docker-socket');
    expect(screen.getAllByText('Unknown')).toHaveLength(3);
  });
});

describe('commands through the socket (B5, B7)', patience, () => {
  it('writes a whole group as its name, and undo removes the mark', async () => {
    const text = appliedText.replace('"push", "image*"', '"push"');
    const app = await open(text);
    await app.user.click(screen.getByRole('checkbox', { name: 'Mark all of image*' }));
    expect(commands(app)).toEqual({ type: 'deny', commands: ['image*'] });
    expect(within(group('image*')).getByText('Edited')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to image*' }));
    expect(app.store.get().draft).toBe(text);
    expect(within(group('image*')).queryByText('Edited')).toBeNull();
    expect(countChanges()).toBeNull();
  });

  it('marks and unmarks one command; marking back is no change', async () => {
    const app = await open();
    const chip = () => within(group('build*')).getByRole('button', { name: 'build' });
    await app.user.click(chip());
    expect(commands(app).commands).toEqual(['push', 'image*', 'build']);
    expect(chip().getAttribute('aria-pressed')).toBe('true');
    expect(screen.getByText('13 of 68 commands denied')).toBeTruthy();
    await app.user.click(chip());
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('turns the meaning of marks around', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Allow only what is marked' }));
    expect(commands(app).type).toBe('allow');
    expect(screen.getByText('12 of 68 commands allowed')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to What marks mean' }));
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('finds a command with /, and says why one can’t be listed', async () => {
    const app = await open();
    await app.user.keyboard('/');
    const find = screen.getByRole('searchbox', { name: 'Find a command' });
    expect(document.activeElement).toBe(find);
    await app.user.type(find, 'prune');
    expect(within(group('volume*')).getAllByRole('button').map((b) => b.textContent)).toEqual(['prune']);
    expect(screen.queryByRole('group', { name: 'Commands of Commands outside the groups' })).toBeNull();
    await app.user.keyboard('{Escape}');
    await app.user.type(find, 'compose');
    expect(screen.getByText(/it calls run, create, network create and others/)).toBeTruthy();
  });

  it('shows entries that name no command, and mends or removes them', async () => {
    const text = appliedText.replace('"push", "image*"', '"pussh", "compose"');
    const app = await open(text);
    const odd = screen.getByRole('group', { name: 'Entries that are no commands' });
    await app.user.click(within(odd).getAllByRole('button', { name: 'Remove' })[1] ?? odd);
    expect(commands(app).commands).toEqual(['pussh']);
    await app.user.click(screen.getByRole('button', { name: 'Change it to "push"' }));
    expect(commands(app).commands).toEqual(['push']);
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to Entries that are no commands' }));
    expect(commands(app).commands).toContain('compose');
  });

  it('gives an image a list of its own, as a copy of the default one', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Give an image a command list of its own' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'docker:cli' }));
    expect(document_(app).bulkhead?.perImageCommandLists).toEqual([{ image: 'docker:cli', type: 'deny', commands: ['push', 'image*'] }]);
    await app.user.click(within(group('build*')).getByRole('checkbox', { name: 'Mark all of build*' }));
    expect(document_(app).bulkhead?.perImageCommandLists[0]?.commands).toEqual(['push', 'image*', 'build*']);
    expect(commands(app).commands).toEqual(['push', 'image*']);
    expect(within(row('docker:cli')).getByText('Own list · 14 denied')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker:cli' }));
    expect(app.store.get().draft).toBe(appliedText);
  });
});

describe('what may not be edited', patience, () => {
  it('stays readable and takes no click', async () => {
    const app = await renderApp(state('readOnly'), 'docker-socket');
    expect(screen.getAllByText('Locked by administrator (root)')).toHaveLength(2);
    expect(screen.queryByRole('textbox', { name: 'Image to allow' })).toBeNull();
    await app.user.click(screen.getByRole('switch'));
    await app.user.click(screen.getByRole('checkbox', { name: 'Mark all of build*' }));
    await app.user.click(within(group('build*')).getByRole('button', { name: 'build' }));
    await app.user.click(screen.getByRole('button', { name: 'Allow only what is marked' }));
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
    expect((await screen.findAllByRole('menuitem')).map((item) => item.textContent)).toEqual(['Copy']);
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('gives way to where the document is broken', async () => {
    await renderApp(state('broken'), 'docker-socket');
    expect(screen.getByText('The draft is not valid JSON', { selector: 'main *' })).toBeTruthy();
    expect(screen.queryByRole('table')).toBeNull();
  });
});
