import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appliedText, readOnlyByRights } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { fail, ok } from '../../../shared/result.ts';
import { parseSettings } from '../../../shared/settings/index.ts';
import { typeInto, field } from '../../dev/file-sharing-page-fixture.tsx';
import { namedState } from '../../dev/states.ts';

const listIn = (text: string): unknown => {
  const parsed = parseSettings(text);
  return parsed.ok ? parsed.value.value['filesharingAllowedDirectories'] : undefined;
};
const applied = listIn(appliedText) as readonly unknown[];
const row = (path: string) => {
  const found = within(screen.getByRole('table', { name: 'Allowed directories' }))
    .getAllByRole('row')
    .find((one) => within(one).queryAllByRole('cell')[0]?.textContent.startsWith(path));
  if (found === undefined) throw new Error(`no row of ${path}`);
  return found;
};
const chooseIn = async (user: Awaited<ReturnType<typeof renderApp>>['user'], path: string, item: string) => {
  await user.click(screen.getByRole('button', { name: `Actions for ${path}` }));
  await user.click(await screen.findByRole('menuitem', { name: item }));
};
const footer = () => screen.queryByRole('button', { name: 'Review & apply' });

describe('the list of shared directories', () => {
  it('shows what each resolves to on this host', async () => {
    await renderApp(namedState('protected'), 'file-sharing');
    await waitFor(() => {
      expect(row('$HOME').textContent).toContain('Each user’s own home, for you /home/sam');
    });
    expect(row('/srv/projects').textContent).toContain('/mnt/data/projectsSymlink');
  });

  it('is sorted by a column, ascending, descending, and then as written', async () => {
    const { user } = await renderApp(namedState('protected'), 'file-sharing');
    const head = screen.getByRole('columnheader', { name: 'As written' });
    const paths = () =>
      within(screen.getByRole('table', { name: 'Allowed directories' }))
        .getAllByRole('row')
        .slice(1)
        .map((one) => within(one).queryAllByRole('cell')[0]?.textContent);
    const written = paths();
    const sort = () => user.click(within(head).getByRole('button'));
    await sort();
    expect(head.getAttribute('aria-sort')).toBe('ascending');
    const sorted = ['/srv/projects', '$HOME', '$TMP'];
    expect(paths()).toEqual(sorted);
    await sort();
    expect(paths()).toEqual(sorted.toReversed());
    await sort();
    expect(paths()).toEqual(written);
  });

  it('checks again on demand after a failure, and when the window gets focus', async () => {
    let requestCount = 0;
    const { user } = await renderApp(namedState('protected'), 'file-sharing', {
      'paths:resolve': ({ paths }) =>
        ++requestCount === 1
          ? fail('internal', 'no')
          : ok(
              paths.map((written) => ({
                written,
                expanded: written,
                real: written,
                kind: 'directory' as const,
                error: null,
              })),
            ),
    });
    expect(await screen.findByText(/could not be looked up/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => {
      expect(screen.queryByText(/could not be looked up/)).toBeNull();
    });
    const before = requestCount;
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });
    await waitFor(() => {
      expect(requestCount).toBeGreaterThan(before);
    });
  });

  it('adds the typed path, marks it, and undo restores the document byte for byte', async () => {
    const { user, store } = await renderApp(namedState('protected'), 'file-sharing');
    await typeInto(user, field(), '/srv/data/');
    await user.keyboard('{Enter}');
    expect(listIn(store.get().draft)).toEqual([...applied, { path: '/srv/data', sharedByDefault: false }]);
    expect(within(row('/srv/data')).getByText('Added')).toBeTruthy();
    expect(field()).toHaveProperty('value', '');
    expect(footer()).not.toBeNull();
    await user.click(screen.getByRole('button', { name: 'Undo the change to /srv/data' }));
    expect(store.get().draft).toBe(appliedText);
    expect(footer()).toBeNull();
  });

  it('says that a path does not exist yet, which can be added nevertheless', async () => {
    const { user } = await renderApp(namedState('protected'), 'file-sharing', {
      'paths:resolve': ({ paths }) =>
        ok(
          paths.map((written) => ({
            written,
            expanded: written,
            real: written === '/srv/new' ? null : written,
            kind: written === '/srv/new' ? ('missing' as const) : ('directory' as const),
            error: null,
          })),
        ),
    });
    const described = () =>
      document.getElementById(field().getAttribute('aria-describedby') ?? '')?.textContent ?? '';
    await typeInto(user, field(), '/srv/new/');
    await waitFor(() => {
      expect(described()).toContain('Does not exist yet.');
    });
    expect(screen.getByRole('button', { name: 'Add directory' })).toHaveProperty('disabled', false);
    await user.clear(field());
    await typeInto(user, field(), '/srv/data');
    await waitFor(() => {
      expect(described()).toContain('It and everything below it can be mounted');
    });
  });

  it.each([
    ['/srv/projects/', 'Already listed as /srv/projects'],
    ['code', 'The path must be absolute'],
    ['$USER/code', 'Only $HOME, $TMP and $TEMP are replaced'],
    ['~/code', 'Only $HOME, $TMP and $TEMP are replaced'],
    ['/srv/../etc', 'The path must not contain'],
  ])('refuses %s while it is typed', async (text, why) => {
    const { user, store } = await renderApp(namedState('protected'), 'file-sharing');
    await typeInto(user, field(), text);
    expect(document.getElementById(field().getAttribute('aria-describedby') ?? '')?.textContent).toContain(
      why,
    );
    expect(screen.getByRole('button', { name: 'Add directory' })).toHaveProperty('disabled', true);
    await user.keyboard('{Enter}');
    expect(store.get().draft).toBe(appliedText);
  });

  it('shows what is dangerous about an entry in its row, and narrows it in place', async () => {
    const { user, store } = await renderApp(namedState('shares'), 'file-sharing');
    expect(screen.getByText('Holds this host’s configuration')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Narrow to…' }));
    const edit = screen.getByRole('textbox', { name: 'Directory' });
    await user.clear(edit);
    await typeInto(user, edit, '/srv/etc');
    await user.keyboard('{Enter}');
    expect(listIn(store.get().draft)).toContainEqual({ path: '/srv/etc', sharedByDefault: false });
    expect(screen.queryByText('Holds this host’s configuration')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Remove' }));
    expect(listIn(store.get().draft)).not.toContainEqual(expect.objectContaining({ path: '/var/run' }));
  });

  it('judges the target of a symbolic link, too', async () => {
    await renderApp(namedState('sharesChanged'), 'file-sharing');
    expect(
      await screen.findByText(
        (_, element) =>
          element?.textContent === 'Leads to /etc. Holds this host’s configuration' &&
          element.children.length === 1,
      ),
    ).toBeTruthy();
  });

  it('keeps a removed entry visible until it is applied, with Undo at its position', async () => {
    const { user, store } = await renderApp(namedState('protected'), 'file-sharing');
    await chooseIn(user, '$TMP', 'Remove');
    expect(listIn(store.get().draft)).toEqual([applied[0], applied[2]]);
    expect(within(row('$TMP')).getByText('Removed')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Undo the change to $TMP' }));
    expect(store.get().draft).toBe(appliedText);
  });

  it('edits in place, keeping the other members of the entry', async () => {
    const { user, store } = await renderApp(namedState('protected'), 'file-sharing');
    await chooseIn(user, '/srv/projects', 'Edit…');
    const edit = screen.getByRole('textbox', { name: 'Directory' });
    await typeInto(user, edit, '/app');
    await user.keyboard('{Enter}');
    expect(listIn(store.get().draft)).toEqual([
      applied[0],
      applied[1],
      { path: '/srv/projects/app', sharedByDefault: true },
    ]);
    expect(row('/srv/projects/app').textContent).toContain('was /srv/projects');
  });

  it('marks a removed directory and an added one as such, each with its own undo', async () => {
    const { user, store } = await renderApp(namedState('protected'), 'file-sharing');
    await chooseIn(user, '/srv/projects', 'Remove');
    await typeInto(user, field(), '/opt');
    await user.keyboard('{Enter}');
    expect(within(row('/opt')).getByText('Added')).toBeTruthy();
    expect(row('/opt').textContent).not.toContain('was');
    expect(within(row('/srv/projects')).getByText('Removed')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Undo the change to /srv/projects' }));
    expect(listIn(store.get().draft)).toContainEqual(applied[2]);
    expect(listIn(store.get().draft)).toContainEqual({ path: '/opt', sharedByDefault: false });
    await user.click(screen.getByRole('button', { name: 'Undo the change to /opt' }));
    expect(store.get().draft).toBe(appliedText);
  });

  it('does not mark a default as edited in an added list that leaves out "shared by default"', async () => {
    const { store } = await renderApp(namedState('sharesMissing'), 'file-sharing');
    const document = store.get().draft.replace(/\n\}\s*$/, '');
    act(() => {
      store.setDraft(`${document},\n"filesharingAllowedDirectories": [{ "path": "$HOME" }]\n}\n`);
    });
    expect(within(row('$HOME')).queryByText('Edited')).toBeNull();
    expect(within(row('$TMP')).getByText('Removed')).toBeTruthy();
  });

  it('toggles "shared by default" on and off without leaving a change', async () => {
    const { user, store } = await renderApp(namedState('desktop'), 'file-sharing');
    const before = store.get().draft;
    const toggle = screen.getByRole('switch', { name: 'Shared by default: $TMP' });
    await user.click(toggle);
    expect(within(row('$TMP')).getByText('Edited')).toBeTruthy();
    await user.click(toggle);
    expect(store.get().draft).toBe(before);
  });

  it('explains "shared by default" on the open engine', async () => {
    await renderApp(namedState('protected'), 'file-sharing');
    expect(screen.getByText(/^On this engine every listed directory can be mounted\./)).toBeTruthy();
    expect(within(row('$TMP')).getByText('No')).toBeTruthy();
    expect(within(row('$HOME')).getByText('Yes')).toBeTruthy();
    expect(within(screen.getByRole('table')).queryByRole('switch')).toBeNull();
    await renderApp(namedState('desktop'), 'file-sharing');
    expect(screen.getByText(/^“Shared by default”: Docker Desktop shares the directory/)).toBeTruthy();
  });

  it('adds the picked folder, and shows why one can’t be added', async () => {
    const picked = { path: '/srv/data' };
    const { user, store } = await renderApp(namedState('protected'), 'file-sharing', {
      'dialog:pick-folder': () => ok(picked),
    });
    await user.click(screen.getByRole('button', { name: 'Choose folder…' }));
    await waitFor(() => {
      expect(listIn(store.get().draft)).toContainEqual({ path: '/srv/data', sharedByDefault: false });
    });
    await user.click(screen.getByRole('button', { name: 'Choose folder…' }));
    expect(
      await screen.findByText(
        (_, element) => element?.tagName === 'SPAN' && element.textContent === 'Already listed as /srv/data',
      ),
    ).toBeTruthy();
  });

  it('shows a missing list as the defaults, and adding to it keeps them', async () => {
    const { user, store } = await renderApp(namedState('sharesMissing'), 'file-sharing');
    const before = store.get().draft;
    expect(within(row('$HOME')).getByText('Default')).toBeTruthy();
    await typeInto(user, field(), '/srv/data');
    await user.keyboard('{Enter}');
    expect(listIn(store.get().draft)).toEqual([
      { path: '$HOME', sharedByDefault: true },
      { path: '$TMP', sharedByDefault: true },
      { path: '/srv/data', sharedByDefault: false },
    ]);
    await user.click(screen.getByRole('button', { name: 'Undo the change to /srv/data' }));
    expect(store.get().draft).toBe(before);
    await user.click(screen.getByRole('button', { name: 'Write them into the settings file' }));
    expect(listIn(store.get().draft)).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: 'Undo the change to The list' }));
    expect(store.get().draft).toBe(before);
  });

  it('explains an empty list', async () => {
    await renderApp(namedState('sharesEmpty'), 'file-sharing');
    expect(screen.getByText('The list is empty: no host directory may be mounted.')).toBeTruthy();
  });

  it('can be read but not changed if the file is read-only', async () => {
    const { user, store } = await renderApp(namedState('readOnly'), 'file-sharing');
    expect(screen.queryByRole('textbox', { name: 'Directory to share' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Choose folder…' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Actions for $HOME' }));
    expect((await screen.findAllByRole('menuitem')).map((item) => item.textContent)).toEqual(['Copy']);
    expect(store.get().draft).toBe(appliedText);
  });

  it('shows "shared by default" as a locked switch where Docker Desktop’s file is read-only', async () => {
    const state = namedState('desktop');
    const settings = { ...state.settings, ...readOnlyByRights };
    await renderApp({ ...state, settings }, 'file-sharing');
    const locked = /^Shared by default: \$HOME.*Locked by the permissions of \/var\/lib\/bulkhead/;
    expect(screen.getByRole('switch', { name: locked })).toHaveProperty('checked', true);
    for (const toggle of screen.getAllByRole('switch')) expect(toggle).toHaveProperty('disabled', true);
  });

  it('shows that it takes effect with ECI while ECI is off', async () => {
    await renderApp(namedState('off'), 'file-sharing');
    expect(screen.getByText('ECI is off: every host directory can be mounted')).toBeTruthy();
  });

  it('shows that an earlier list is enforced while the settings file is deleted', async () => {
    await renderApp(namedState('deletedFile'), 'file-sharing');
    expect(screen.getByText('Mounts are still checked, but not by this list')).toBeTruthy();
    expect(screen.getByText(/^There is no settings file and no list: these defaults are not/)).toBeTruthy();
    expect(screen.queryByText(/ECI is off/)).toBeNull();
    expect(screen.queryByText(/so these defaults apply/)).toBeNull();
  });

  it('shows that mounts are checked until a draft that turns ECI off is applied', async () => {
    await renderApp(namedState('turningOff'), 'file-sharing');
    expect(
      screen.getByText('ECI is off in this draft: once applied, every host directory can be mounted'),
    ).toBeTruthy();
    expect(screen.queryByText(/^ECI is off:/)).toBeNull();
  });
});
