import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { startCompletion } from '@codemirror/autocomplete';
import { EditorView } from '@codemirror/view';
import { afterEach, describe, expect, it } from 'vitest';
import { namedState, states } from '../../dev/states.ts';
import { appState } from '../../dev/app-fixture.ts';
import { appliedText, settingsState } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import type { AppState } from '../../../shared/ipc/app-state.ts';

const open = async (state: AppState) => {
  const app = await renderApp(state, 'json');
  const box = await screen.findByRole('textbox', { name: 'admin-settings.json, draft' }, { timeout: 20_000 });
  const editor = EditorView.findFromDOM(box);
  if (editor === null) throw new Error('no editor');
  const type = (text: string, at = editor.state.doc.length) => {
    act(() => {
      editor.dispatch({
        changes: { from: at, insert: text === '\n' ? editor.state.toText(editor.state.lineBreak) : text },
        selection: { anchor: at + 1 },
        userEvent: 'input.type',
      });
    });
  };
  return { ...app, editor, type };
};

// Findings are rendered when idle: no render may be pending when the page's DOM is removed.
afterEach(cleanup);

describe('while the engine’s directory is missing', () => {
  it.each(['rootGone', 'rootGoneStopped'])('shows no text, and creates no file (%s)', async (name) => {
    const { settings } = appState();
    await renderApp({ ...namedState(name), settings }, 'json');
    expect(
      await screen.findByText('The settings file is in /var/lib/bulkhead, which is missing.'),
    ).toBeTruthy();
    expect(screen.queryByRole('textbox', { name: 'admin-settings.json, draft' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Start a settings file' })).toBeNull();
  });

  it('shows that without a settings file, too, and on pages with forms', async () => {
    await renderApp(namedState('rootGoneStopped'), 'file-sharing');
    expect((await screen.findByRole('alert')).textContent).toMatch(
      /A start without it creates an empty engine\./,
    );
    expect(screen.getByText('The settings file is in /var/lib/bulkhead, which is missing.')).toBeTruthy();
    expect(screen.queryByText(/ECI is off/)).toBeNull();
  });
});

it('does not show a file whose text cannot be read as an empty one', async () => {
  const readError = {
    code: 'settings.unreadable',
    message: '/etc/x.json could not be read',
    reason: 'its bytes are not valid UTF-8',
    hint: 'Repair it, or move it away (mv /etc/x.json /etc/x.json.unusable), then try again.',
    params: { path: '/etc/x.json' },
  } as const;
  const settings = settingsState('', { path: '/etc/x.json', exists: true, readError });
  await renderApp(appState({ settings }), 'json');
  const main = within(screen.getByRole('main'));
  expect(await main.findByText('The settings file cannot be used')).toBeTruthy();
  expect(main.getByText(/mv \/etc\/x\.json \/etc\/x\.json\.unusable/)).toBeTruthy();
  expect(screen.queryByRole('textbox', { name: 'admin-settings.json, draft' })).toBeNull();
  expect(screen.queryByText(/The file is empty/)).toBeNull();
});

it('does not show ECI as off while the file is deleted and the gateway keeps enforcing it', async () => {
  await renderApp(namedState('deletedFile'), 'json');
  expect(await screen.findByText(/^There is no settings file\. The gateway keeps enforcing/)).toBeTruthy();
  expect(screen.queryByText(/ECI is off/)).toBeNull();
});

describe('the findings below the editor', () => {
  const clean = '{\n  "configurationFileVersion": 2\n}\n';

  it('take one line while there are none, and get no room while the editor has the focus', async () => {
    const { type, editor } = await open(appState({ settings: settingsState(clean) }));
    const findings = () => screen.getByRole('region', { name: /^(?:Nothing found|\d findings?)/ });
    expect(findings().textContent).toBe('Nothing found');
    act(() => {
      editor.focus();
    });
    type('x');
    await waitFor(() => {
      expect(findings().textContent).toBe('1 findingNot valid JSON');
    });
    expect(within(findings()).queryByRole('button', { name: /^Line/ })).toBeNull();
    act(() => {
      editor.contentDOM.blur();
    });
    expect(await within(findings()).findByRole('button', { name: /^Line/ })).toBeTruthy();
  });
});

describe('the document as text', () => {
  it('edits the draft itself: fast typing is one undo step, shared with the forms', async () => {
    const { store, editor, type } = await open(appState());
    for (const key of ['\n', '\n', '\n']) type(key);
    await waitFor(() => {
      expect(store.get().draft).toBe(`${appliedText}\n\n\n`);
    });
    act(() => {
      store.setDraft(store.get().draft.replace('"locked": true', '"locked": false'));
    });
    expect(editor.state.sliceDoc()).toContain('"locked": false');
    act(() => {
      store.undo();
    });
    expect(editor.state.sliceDoc()).toBe(`${appliedText}\n\n\n`);
    act(() => {
      store.undo();
    });
    expect(editor.state.sliceDoc()).toBe(appliedText);
    act(() => {
      store.redo();
    });
    expect(store.get().draft).toBe(`${appliedText}\n\n\n`);
  });

  it('shows how the keyboard leaves it, since Tab indents', async () => {
    const { editor } = await open(appState());
    expect(
      document.getElementById(editor.contentDOM.getAttribute('aria-describedby') ?? '')?.textContent,
    ).toBe('Tab indents. Esc, then Tab leaves.');
  });

  it('renders completion outside of the page, to which its position would be relative', async () => {
    const { editor, type } = await open(appState());
    type('\n', 1);
    act(() => {
      editor.focus();
      startCompletion(editor);
    });
    const tooltip = await waitFor(() => {
      const shown = document.querySelector('.cm-tooltip-autocomplete');
      if (shown === null) throw new Error('no completion');
      return shown;
    });
    expect(tooltip.closest('main')).toBeNull();
    expect(screen.getByRole('main').querySelector('.cm-tooltip')).toBeNull();
  });

  it('keeps line ends of two characters, and underlines findings at their positions', async () => {
    const text = appliedText.replaceAll('\n', '\r\n');
    const { store, type } = await open(appState({ settings: settingsState(text) }));
    type('\n');
    await waitFor(() => {
      expect(store.get().draft).toBe(`${text}\r\n`);
    });
    await waitFor(() => {
      expect([...document.querySelectorAll('.cm-lintRange')].map((mark) => mark.textContent)).toContain(
        '"docker.io/testcontainers/ryuk:*"',
      );
    });
  });

  it('loses no key press before the focus leaves, or before the draft changes elsewhere', async () => {
    const { store, editor, type } = await open(appState());
    act(() => {
      editor.focus();
    });
    type('\n');
    expect(store.get().draft).toBe(appliedText);
    act(() => {
      editor.contentDOM.blur();
    });
    await waitFor(
      () => {
        expect(store.get().draft).toBe(`${appliedText}\n`);
      },
      { timeout: 90 },
    );
    type('\n');
    act(() => {
      store.setDraft(appliedText.replace('"locked": true', '"locked": false'));
    });
    expect(store.get().draft).toBe(`${appliedText}\n\n`);
    expect(editor.state.sliceDoc()).toBe(`${appliedText}\n\n`);
  });

  it('is formatted on request, as one undo step', async () => {
    const { user, store } = await open(
      appState({ settings: settingsState('{"configurationFileVersion":2}') }),
    );
    await user.click(screen.getByRole('button', { name: 'Format' }));
    expect(store.get().draft).toBe('{\n  "configurationFileVersion": 2\n}\n');
    act(() => {
      store.undo();
    });
    expect(store.get().draft).toBe('{"configurationFileVersion":2}');
  });

  it('opens at a linked position, and documents the key there', async () => {
    const { editor } = await open(appState());
    act(() => {
      window.location.hash = '#/json?pointer=/enhancedContainerIsolation/value';
    });
    await waitFor(() => {
      expect(editor.state.sliceDoc(editor.state.selection.main.head)).toMatch(/^"value": true/);
    });
    await screen.findByText('Turns Enhanced Container Isolation on.');
  });

  it('shows the position of a syntax error, and fixes it', async () => {
    const { user, store } = await open(states['broken']?.() ?? appState());
    await screen.findByLabelText('Line 9, column 35');
    // The list shows the error once.
    expect(screen.getAllByText(/comma after the last entry/)).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Remove the comma' }));
    expect(store.get().draft).toBe(appliedText);
  });

  it('accepts no change while it is locked, and shows what locks it', async () => {
    const { editor, store, bridge, user } = await open(appState());
    act(() => {
      store.setDraft(`${appliedText}\n`);
    });
    await store.flush();
    act(() => {
      bridge.emit('changed', {
        settings: settingsState(appliedText, {
          draft: `${appliedText}\n`,
          readOnly: 'the permissions of /var/lib/bulkhead',
        }),
      });
    });
    await waitFor(() => {
      expect(editor.state.readOnly).toBe(true);
    });
    // It can still be read by keyboard; the keys that change text do nothing.
    act(() => {
      editor.contentDOM.focus();
    });
    for (const keys of [
      '{Control>}z{/Control}',
      '{Control>}y{/Control}',
      '{Control>}{Shift>}z{/Shift}{/Control}',
      'x',
    ])
      await user.keyboard(keys);
    expect(store.get().draft).toBe(`${appliedText}\n`);
    expect(screen.getAllByText(/Locked by the permissions of/).length).toBeGreaterThan(0);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Format' }).disabled).toBe(true);
  });

  it('emits a large document after a longer pause, and at once on request', async () => {
    const large =
      '{ "configurationFileVersion": 2, "list": [' +
      `${Array.from({ length: 40_000 }, (_, i) => `"${i}"`).join(',\n')}] }\n`;
    const { store, editor, type } = await open(appState({ settings: settingsState(large) }));
    type(' ');
    expect(store.get().draft).toBe(large);
    act(() => {
      editor.contentDOM.dispatchEvent(
        new KeyboardEvent('keydown', { key: 's', ctrlKey: true, bubbles: true, cancelable: true }),
      );
    });
    expect(store.get().draft).toBe(`${large} `);
    type(' ');
    await waitFor(() => {
      expect(store.get().draft).toBe(`${large}  `);
    });
  });
});
