import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { readingCommands } from '../../../shared/settings/index.ts';
import { appliedText } from '../../dev/settings-fixture.ts';
import { renderApp, type RenderedApp } from '../../dev/render-app.tsx';
import { draftDocument, patience, open, countChanges, row } from '../../dev/docker-socket-page-fixture.tsx';
import { namedState } from '../../dev/states.ts';

const commands = (app: RenderedApp) =>
  draftDocument(app).enhancedContainerIsolation.dockerSocketMount.commandList;
const group = (name: string) => screen.getByRole('group', { name: `Commands of ${name}` });

describe('what containers see', patience, () => {
  it('narrows the socket to what was created through it; toggling back leaves no change', async () => {
    const app = await open();
    const choose = async (name: string, option: string) => {
      await app.user.click(screen.getByRole('combobox', { name }));
      await app.user.click(await screen.findByRole('option', { name: option }));
    };
    await choose('Through a mounted socket', 'Only their own');
    await choose('Hide environment variables', 'From everyone');
    expect(draftDocument(app).bulkhead).toEqual({
      socketMounts: { scope: 'own' },
      hideEnvironment: 'always',
    });
    await choose('Through a mounted socket', 'Everything');
    await app.user.click(
      screen.getByRole('button', { name: 'Undo the change to Hide environment variables' }),
    );
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('gives one image its own scope', async () => {
    const listed = appliedText.replace(
      '},\n  "filesharing',
      '},\n  "bulkhead": { "perImageCommandLists": [{ "image": "docker:cli", "type": "allow", ' +
        '"commands": ["ps"] }] },\n  "filesharing',
    );
    const app = await open(listed);
    await app.user.click(screen.getByRole('button', { name: /^docker:cli/ }));
    await app.user.click(screen.getByRole('combobox', { name: 'What containers of docker:cli see' }));
    await app.user.click(await screen.findByRole('option', { name: 'Only their own' }));
    expect(draftDocument(app).bulkhead?.perImageCommandLists).toEqual([
      { image: 'docker:cli', type: 'allow', commands: ['ps'], scope: 'own' },
    ]);
    await app.user.click(
      screen.getByRole('button', { name: 'Undo the change to What containers of docker:cli see' }),
    );
    expect(app.store.get().draft).toBe(listed);
  });
});

describe('commands through the socket (B5, B7)', patience, () => {
  it('allows exactly the read-only commands, as one undo step', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Allow only read commands' }));
    expect(commands(app)).toEqual({ type: 'allow', commands: readingCommands });
    expect(screen.queryByRole('button', { name: 'Allow only read commands' })).toBeNull();
    await app.user.keyboard('{Control>}z{/Control}');
    expect(app.store.get().draft).toBe(appliedText);
  });

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

  it('marks and unmarks one command; marking again leaves no change', async () => {
    const app = await open();
    const chip = () => within(group('build*')).getByRole('button', { name: 'build' });
    await app.user.click(chip());
    expect(commands(app).commands).toEqual(['push', 'image*', 'build']);
    expect(chip().getAttribute('aria-pressed')).toBe('true');
    expect(screen.getByText('13 of 68 commands denied')).toBeTruthy();
    await app.user.click(chip());
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('inverts the meaning of marks', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Allow only what is marked' }));
    expect(commands(app).type).toBe('allow');
    expect(screen.getByText('12 of 68 commands allowed')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to What marks mean' }));
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('finds a command with /, and shows why one can’t be listed', async () => {
    const app = await open();
    await app.user.keyboard('/');
    const find = screen.getByRole('searchbox', { name: 'Find a command' });
    expect(document.activeElement).toBe(find);
    await app.user.type(find, 'prune');
    expect(
      within(group('volume*'))
        .getAllByRole('button')
        .map((b) => b.textContent),
    ).toEqual(['prune']);
    expect(screen.queryByRole('group', { name: 'Commands of Commands outside the groups' })).toBeNull();
    await app.user.keyboard('{Escape}');
    await app.user.type(find, 'compose');
    expect(screen.getByText(/it calls run, create, network create and others/)).toBeTruthy();
  });

  it('shows entries that name no command, and fixes or removes them', async () => {
    const text = appliedText.replace('"push", "image*"', '"pussh", "compose"');
    const app = await open(text);
    const odd = screen.getByRole('group', { name: 'Entries that are no commands' });
    await app.user.click(within(odd).getAllByRole('button', { name: 'Remove' })[1] ?? odd);
    expect(commands(app).commands).toEqual(['pussh']);
    await app.user.click(screen.getByRole('button', { name: 'Change it to "push"' }));
    expect(commands(app).commands).toEqual(['push']);
    await app.user.click(
      screen.getByRole('button', { name: 'Undo the change to Entries that are no commands' }),
    );
    expect(commands(app).commands).toContain('compose');
  });

  it('gives an image its own list, as a copy of the default one', async () => {
    const app = await open();
    await app.user.click(screen.getByRole('button', { name: 'Give an image a command list of its own' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'docker:cli' }));
    expect(draftDocument(app).bulkhead?.perImageCommandLists).toEqual([
      { image: 'docker:cli', type: 'deny', commands: ['push', 'image*'] },
    ]);
    await app.user.click(within(group('build*')).getByRole('checkbox', { name: 'Mark all of build*' }));
    expect(draftDocument(app).bulkhead?.perImageCommandLists?.[0]?.commands).toEqual([
      'push',
      'image*',
      'build*',
    ]);
    expect(commands(app).commands).toEqual(['push', 'image*']);
    expect(within(row('docker:cli')).getByText('List for this image · 14 denied')).toBeTruthy();
    await app.user.click(screen.getByRole('button', { name: 'Undo the change to docker:cli' }));
    expect(app.store.get().draft).toBe(appliedText);
  });
});

describe('a locked list', patience, () => {
  it('stays readable and ignores clicks', async () => {
    const app = await renderApp(namedState('readOnly'), 'docker-socket');
    expect(screen.getAllByText('Locked by the permissions of /var/lib/bulkhead')).toHaveLength(4);
    expect(screen.queryByRole('combobox', { name: 'Image to allow' })).toBeNull();
    await app.user.click(
      screen.getByRole('checkbox', {
        name: 'Mark all of build*. Locked by the permissions of /var/lib/bulkhead',
      }),
    );
    await app.user.click(screen.getByRole('button', { name: 'Actions for docker:cli' }));
    expect((await screen.findAllByRole('menuitem')).map((item) => item.textContent)).toEqual(['Copy']);
    expect(app.store.get().draft).toBe(appliedText);
  });

  it('is replaced by the syntax error of a broken document', async () => {
    await renderApp(namedState('broken'), 'docker-socket');
    expect(screen.getByText('The draft is not valid JSON', { selector: 'main *' })).toBeTruthy();
    expect(screen.queryByRole('table')).toBeNull();
  });
});
