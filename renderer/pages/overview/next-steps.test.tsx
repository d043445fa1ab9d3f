import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { appState, off } from '../../dev/app-fixture.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { ok } from '../../../shared/result.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { state } from '../../dev/review-page-fixture.tsx';
import { offText, settingsState } from '../../dev/settings-fixture.ts';
import { namedState } from '../../dev/states.ts';

const indexOf = (text: string | RegExp): number => {
  const all = [...document.querySelectorAll('*')];
  return all.indexOf(screen.getByText(text));
};

it('unprotected containers precede the report of an apply that succeeded', async () => {
  await renderApp({ ...appState(), run: state('applied').run }, 'overview');
  expect(indexOf(/containers are not protected$/)).toBeLessThan(indexOf(/^Version \d+ was applied$/));
});

it('the report of an apply that was rolled back is first', async () => {
  await renderApp({ ...appState(), run: state('rolledBack').run }, 'overview');
  expect(indexOf('An apply was rolled back')).toBeLessThan(indexOf(/containers are not protected$/));
});

it('does not say that nothing needs attention while the engine starts', async () => {
  const app = namedState('starting');
  await renderApp(
    {
      ...app,
      settings: settingsState(offText.replaceAll('false', 'true')),
      activity: { ...app.activity, groups: [] },
    },
    'overview',
  );
  expect(screen.queryByText('Nothing needs your attention now.')).toBeNull();
  expect(screen.getByText('What needs attention is known once the engine is ready.')).toBeTruthy();
});

it('explains why containers are unprotected also by a scan from before ECI was on again', async () => {
  await renderApp({ ...appState(), scan: appState(off()).scan }, 'overview');
  expect(screen.getByText('9 containers are not protected')).toBeTruthy();
  expect(screen.getByText('9 created before ECI was turned on.')).toBeTruthy();
  const row = await screen.findByRole('row', { name: /^Containers created before ECI/ });
  expect(row.textContent).toMatch(/Unprotected9 found$/);
});

it('ECI is not called off, nor a policy named, while the engine’s directory is gone', async () => {
  await renderApp(namedState('rootGone'), 'overview');
  expect(screen.queryByText('ECI is off')).toBeNull();
  expect(screen.queryByText('No settings file')).toBeNull();
  expect(screen.queryByText('Users may change it')).toBeNull();
});

it('what a crash of the engine killed leads to the containers, until all of it runs again', async () => {
  const { containers = [] } = appState().scan ?? {};
  const [first, second] = containers;
  if (first === undefined || second === undefined) throw new Error('the fixture has containers');
  const scan = (state: 'exited' | 'running') => ({
    at: new Date().toISOString(),
    durationMs: 1,
    eci: true,
    containers: [
      { ...first, name: 'shop-db', state },
      { ...second, name: 'shop-web', state },
    ],
  });
  const crash = { at: '2026-03-01T10:00:05Z', containers: [first.id, second.id], removed: 0 };
  const engine = { ...appState().engine, crash };
  const { user, bridge } = await renderApp({ ...appState(), engine, scan: scan('exited') }, 'overview');
  expect(screen.getByText('The engine crashed: 2 containers did not come back')).toBeTruthy();
  expect(screen.getByText(/^shop-db, shop-web\./)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Show containers' }));
  expect(window.location.hash).toContain('containers');
  act(() => {
    bridge.emit('changed', { scan: scan('running') });
  });
  window.location.hash = '#/overview';
  await screen.findByRole('heading', { name: 'What to do next' });
  expect(screen.queryByText(/^The engine crashed/)).toBeNull();
});

it('a file with a syntax error is shown with its line, and a caret under the position', async () => {
  await renderApp(namedState('brokenFile'), 'overview');
  const excerpt = screen.getByLabelText('Line 9, column 35');
  expect(excerpt.tagName).toBe('PRE');
  const [code = '', pointer = ''] = excerpt.textContent.split('\n');
  expect(code).toContain('"allowDerivedImages": true,');
  expect(pointer).toMatch(/^ *\^+$/);
  const isSentence = (text: string) => /^The settings file can.t be read: line 9/.test(text);
  expect(screen.getByText((text) => isSentence(text) && !text.includes('^'))).toBeTruthy();
});

it.each(['applied', 'rolledBack'] as const)(
  'a broken file comes before the report of an apply that ended %s, which it never replaces',
  async (ended) => {
    await renderApp({ ...namedState('brokenFile'), run: state(ended).run }, 'overview');
    const buttons = within(screen.getByRole('region', { name: 'What to do next' })).getAllByRole('button');
    expect(buttons[0]?.textContent).toBe('Open JSON');
    expect(buttons[0]?.className).toContain('MuiButton-contained');
    const report = buttons.find((button) => button.textContent === 'View the report');
    expect(report?.className).toContain('MuiButton-outlined');
    expect(screen.queryByText(/how it ended/i)).toBeNull();
  },
);

describe('how clients reach an engine without containers', () => {
  const empty = (): AppState => {
    const state = appState();
    return { ...state, scan: state.scan === null ? null : { ...state.scan, containers: [] } };
  };
  const step = () => screen.findByText('Point Docker at this engine');

  it('is its docker context, if there is one', async () => {
    const { user, bridge } = await renderApp(empty(), 'overview', {
      'engine:docker-context': () => ok({ name: 'bulkhead-ci', selected: false }),
    });
    await step();
    expect(screen.getByText('docker context use bulkhead-ci')).toBeTruthy();
    expect(screen.getByText('docker --context bulkhead-ci …')).toBeTruthy();
    expect(screen.queryByText(/DOCKER_HOST/)).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Copy command' }));
    expect(bridge.calls.filter((call) => call.name === 'clipboard:write')).toMatchObject([
      { input: { text: 'docker context use bulkhead-ci' } },
    ]);
  });

  it('is DOCKER_HOST without a context', async () => {
    await renderApp(empty(), 'overview', { 'engine:docker-context': () => ok(null) });
    await step();
    expect(screen.getByText('export DOCKER_HOST=unix:///var/lib/bulkhead/docker.sock')).toBeTruthy();
  });

  it('is no step if docker uses the context already', async () => {
    const { bridge } = await renderApp(empty(), 'overview', {
      'engine:docker-context': () => ok({ name: 'bulkhead', selected: true }),
    });
    await waitFor(() => {
      expect(bridge.calls.some((call) => call.name === 'engine:docker-context')).toBe(true);
    });
    expect(screen.queryByText('Point Docker at this engine')).toBeNull();
  });
});

it('an engine that stops is shown as stopping, at the top of the page, where it is started', async () => {
  const { bridge } = await renderApp(appState(), 'overview');
  const page = document.querySelector('main [data-scroll]');
  if (page === null) throw new Error('the page scrolls');
  const scrollTo = vi.fn();
  page.scrollTo = scrollTo;
  act(() => {
    bridge.emit('changed', { engine: { ...appState().engine, phase: 'stopping', version: null } });
  });
  await screen.findByRole('heading', { level: 1, name: 'The engine is stopping: nothing is checked' });
  expect(scrollTo).toHaveBeenCalledWith({ top: 0 });
});

describe('a gap because of which no verification counts', () => {
  it('names the way past the gateway and its remedy, and asks for no verification', async () => {
    await renderApp(namedState('bypassed'), 'overview');
    expect(screen.getByText('On, but clients can reach the engine past the gateway')).toBeTruthy();
    expect(screen.getByText('Clients can reach the engine past the gateway')).toBeTruthy();
    expect(screen.getByText(/^docker\.socket also listens on tcp:.* Remove that ListenStream=/)).toBeTruthy();
    expect(screen.queryByText('The protection is not verified')).toBeNull();
    const row = await screen.findByRole('row', { name: /^docker run, docker create/i });
    expect(row.textContent).toMatch(/On, not verified/);
    expect(row.textContent).not.toMatch(/No check yet/);
  });

  it('names the default runtime that would not isolate, and the command that mends it', async () => {
    await renderApp(namedState('otherRuntime'), 'overview');
    expect(screen.getByText('Classic builds are denied')).toBeTruthy();
    expect(screen.getByText(/^The engine’s default runtime, runc, would not isolate/)).toBeTruthy();
    expect(screen.getByText('bulkhead apply')).toBeTruthy();
    expect(screen.queryByText('The protection is not verified')).toBeNull();
  });
});

it('an engine whose gateway does not respond is not shown as reachable by clients', async () => {
  const { engine, settings } = appState();
  const policyFacts = { ...settings.policyFacts, recorded: null };
  await renderApp(
    { ...appState(), engine: { ...engine, gatewayUp: false }, settings: { ...settings, policyFacts } },
    'overview',
  );
  expect(screen.getByText('The gateway does not respond, so clients can’t reach the engine.')).toBeTruthy();
});

describe('the first step', () => {
  const first = () => {
    const steps = screen.getByRole('region', { name: 'What to do next' });
    const [button] = within(steps).getAllByRole('button');
    return { text: button?.closest('[data-row]')?.textContent ?? '', button };
  };

  it.each([
    ['running', {}],
    ['stopped', { engine: namedState('stopped').engine }],
  ])('of a %s engine whose settings file was deleted is to restore it', async (_, more) => {
    await renderApp({ ...namedState('deletedFile'), ...more }, 'overview');
    expect(first().text).toMatch(/^Restore the settings fileVersion 11 becomes the draft/);
    expect(first().button?.textContent).toBe('Restore version 11');
    expect(first().button?.className).toContain('MuiButton-contained');
    // The alarm says what happened; it offers the same on other pages.
    expect(screen.getAllByRole('button', { name: 'Restore version 11' })).toHaveLength(1);
  });

  it('is to write a settings file, if history has none', async () => {
    const state = namedState('deletedFile');
    const policyFacts = { ...state.settings.policyFacts, restorable: null };
    const { user } = await renderApp({ ...state, settings: { ...state.settings, policyFacts } }, 'overview');
    expect(first().text).toMatch(/^Write a new settings file/);
    await user.click(screen.getByRole('button', { name: 'Open Isolation' }));
    expect(window.location.hash).toContain('isolation');
  });

  it.each(['rootGone', 'rootGoneStopped'])(
    'of an engine whose directory is gone is to put it back, or to open another one: %s',
    async (name) => {
      const { user } = await renderApp(namedState(name), 'overview');
      expect(first().text).toMatch(/^Put the engine’s directory back, or open another engine/);
      await user.click(screen.getByRole('button', { name: 'Switch engine…' }));
      expect(await screen.findByRole('menu', { name: 'Engines' })).toBeTruthy();
    },
  );
});
