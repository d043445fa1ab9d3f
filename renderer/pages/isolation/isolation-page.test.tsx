import { cleanup, act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { container, recreatePlan } from '../../dev/container-fixture.ts';
import { namedState, states } from '../../dev/states.ts';
import { offText, settingsState } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { deviceDenials, refusedItem } from '../../dev/refused-item.ts';
import { planOf } from '../../dev/review-fixture.ts';
import { keepAllContainers } from '../../../shared/apply/plan.ts';
import { ok } from '../../../shared/result.ts';
import { effectiveSettings } from '../../../shared/settings/index.ts';
import { isRunning } from '../../../shared/containers/protection.ts';

const off = () => {
  const make = states['off'];
  if (make === undefined) throw new Error('no such state');
  return make();
};
const stopped = off().scan?.containers.filter((c) => !isRunning(c)) ?? [];

describe('turning ECI on while containers exist', () => {
  it('prompts for what should happen to them, and Cancel reverts the switch', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog', {
      name: '9 containers already exist. What should happen to them?',
    });
    expect(within(dialog).getByText('9 kept unprotected')).toBeTruthy();
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(store.get().draft).toBe(offText);
    expect(store.get().choices.remove).toEqual([]);
  });

  it('removes all stopped containers on "Remove", a running one only when it is selected', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    expect(
      within(dialog).getByText(`${9 - stopped.length} kept unprotected · ${stopped.length} removed`),
    ).toBeTruthy();
    await user.click(within(dialog).getByRole('button', { name: 'Continue to review' }));
    await waitFor(() => {
      expect(window.location.hash).toBe('#/review');
    });
    expect(store.get().choices).toEqual({
      remove: stopped.map((c) => c.id),
      includeRunning: false,
      removeVolumes: false,
    });
  });

  it('does not count a container that is kept beside its protected recreation', async () => {
    const state = off();
    if (state.scan === null) throw new Error('no scan in the fixture');
    const kept = container('web-before-eci', { protected: false, reason: 'replaced', state: 'exited' });
    const containers = [...state.scan.containers, kept];
    const { user } = await renderApp({ ...state, scan: { ...state.scan, containers } }, 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    expect((await screen.findByRole('dialog')).textContent).toMatch(/^9 containers already exist/);
    expect(screen.getByText(/^9 containers exist already/)).toBeTruthy();
  });

  it('explains why none can be removed at once if all are running', async () => {
    const state = off();
    if (state.scan === null) throw new Error('no scan in the fixture');
    const containers = state.scan.containers.filter(isRunning);
    const { user } = await renderApp({ ...state, scan: { ...state.scan, containers } }, 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog');
    const remove = within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Remove' });
    expect(remove.disabled).toBe(true);
    expect(document.getElementById(remove.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'All of them are running: to remove one, choose that in its row.',
    );
  });

  it('includes the selected containers in the plan, except those that ECI refuses', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog');
    const allowed = off().scan?.containers.filter((c) => c.obstacles.length === 0) ?? [];
    await user.click(within(dialog).getByRole('button', { name: 'Recreate protected' }));
    expect(
      within(dialog).getByText(`${allowed.length} recreated · ${9 - allowed.length} kept unprotected`),
    ).toBeTruthy();
    await user.click(within(dialog).getByRole('button', { name: 'Keep unprotected' }));
    await user.click(
      within(dialog).getByRole('combobox', { name: `What happens to ${allowed[0]?.name ?? ''}` }),
    );
    await user.click(await screen.findByRole('option', { name: 'Recreate protected' }));
    await user.click(within(dialog).getByRole('checkbox', { name: /^Carry over what was written inside/ }));
    await user.click(within(dialog).getByRole('button', { name: 'Continue to review' }));
    expect(store.get().choices).toEqual({
      remove: [],
      includeRunning: false,
      removeVolumes: false,
      recreate: [allowed[0]?.id],
      commit: true,
    });
  });

  it('says which containers the settings don’t let recreate, and offers it only for the others', async () => {
    const allowed = off().scan?.containers.filter((c) => c.obstacles.length === 0) ?? [];
    const [first] = allowed;
    if (first === undefined) throw new Error('no such container');
    const { user, store, bridge } = await renderApp(off(), 'isolation', {
      'plan:make': () =>
        ok({ ...planOf('turningOn'), recreation: { groups: [[refusedItem(first)]], blocked: true } }),
    });
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(
      await dialog.findByText('bind mount of /etc: the directory is not shared with containers (A8)'),
    ).toBeTruthy();
    expect(dialog.getByText(/^\S+ can’t be recreated under these settings: .*filesharing/)).toBeTruthy();
    expect(bridge.calls.findLast(({ name }) => name === 'plan:make')?.input).toEqual({
      choices: { ...keepAllContainers, recreate: off().scan?.containers.map(({ id }) => id) },
      draft: store.get().draft,
    });
    await user.click(dialog.getByRole('button', { name: 'Recreate protected' }));
    expect(
      dialog.getByText(`${allowed.length - 1} recreated · ${10 - allowed.length} kept unprotected`),
    ).toBeTruthy();
    await user.click(dialog.getByRole('combobox', { name: `What happens to ${first.name}` }));
    expect((await screen.findAllByRole('option')).map((option) => option.textContent)).not.toContain(
      'Recreate protected',
    );
  });

  it('offers no recreation of one run with --rm, nor promises it where more is in the way', async () => {
    const [first, second] = off().scan?.containers ?? [];
    if (first === undefined || second === undefined) throw new Error('no containers');
    const byHost = { code: 'host-namespace' as const, params: { option: '--pid=host' } };
    const groups = [
      [{ ...refusedItem(first), blockers: [{ code: 'no-rollback' as const, params: {} }] }],
      [{ ...refusedItem(second), blockers: [byHost, ...refusedItem(second).blockers] }],
    ];
    const { user } = await renderApp(off(), 'isolation', {
      'plan:make': () => ok({ ...planOf('turningOn'), recreation: { groups, blocked: true } }),
    });
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect((await dialog.findByText(new RegExp(`^${first.name}: runs with`))).textContent).toMatch(
      /page Containers it can be recreated all the same\.$/,
    );
    expect(dialog.queryByText(/and it is protected\.$/)).toBeNull();
    expect(dialog.getByText(/^\S+ can’t be recreated: /).textContent).toContain('--pid=host is not possible');
    expect(dialog.getByText(/^\S+ can’t be recreated under these settings: /)).toBeTruthy();
    await user.click(dialog.getByRole('combobox', { name: `What happens to ${first.name}` }));
    expect((await screen.findAllByRole('option')).map((option) => option.textContent)).not.toContain(
      'Recreate protected',
    );
  });

  it('offers to recreate one with the Docker socket once the settings are known to allow it', async () => {
    const state = off();
    const [first, second, ...others] = state.scan?.containers ?? [];
    if (state.scan === null || first === undefined || second === undefined) throw new Error('no containers');
    const obstacles = ['docker-socket'];
    const containers = [{ ...first, obstacles }, { ...second, obstacles }, ...others];
    const allowed = { ...refusedItem(first), blockers: [] };
    let answer: () => void = () => undefined;
    const pending = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { user, store, bridge } = await renderApp(
      { ...state, scan: { ...state.scan, containers } },
      'isolation',
      {
        'plan:make': async () => {
          await pending;
          const groups = [[allowed], [refusedItem(second, deviceDenials)]];
          return ok({ ...planOf('turningOn'), recreation: { groups, blocked: true } });
        },
      },
    );
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = within(await screen.findByRole('dialog'));
    const isOffered = async ({ name }: { readonly name: string }) => {
      await user.click(dialog.getByRole('combobox', { name: `What happens to ${name}` }));
      const options = (await screen.findAllByRole('option')).map((option) => option.textContent);
      await user.click(screen.getByRole('option', { name: 'Keep unprotected' }));
      return options.includes('Recreate protected');
    };
    const aboutSocket = () => dialog.queryByText(/Once its image is allowed/);
    expect(await isOffered(first)).toBe(false);
    expect(aboutSocket()).not.toBeNull();
    answer();
    // Each of its refusals has a line.
    expect(await dialog.findAllByText(new RegExp(`^${second.name} can’t be recreated under`))).toHaveLength(
      2,
    );
    expect(aboutSocket()).toBeNull();
    expect(await isOffered(first)).toBe(true);
    expect(await isOffered(second)).toBe(false);
    expect(bridge.calls.findLast(({ name }) => name === 'plan:make')?.input).toMatchObject({
      choices: { recreate: expect.arrayContaining([first.id, second.id]) },
    });
    // What is known of one draft does not hold for another.
    act(() => {
      store.setDraft(store.get().draft.replace('}', ' }'));
    });
    expect(dialog.queryByText(new RegExp(`^${second.name} can’t be recreated under`))).toBeNull();
  });

  it('takes every choice back by keeping all', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = within(await screen.findByRole('dialog'));
    const all = within(dialog.getByRole('group', { name: 'Set all to' }));
    const pressed = () =>
      all.getAllByRole('button').flatMap((b) => (b.ariaPressed === 'true' ? b.textContent : []));
    expect(pressed()).toEqual(['Keep unprotected']);
    await user.click(all.getByRole('button', { name: 'Remove' }));
    expect(pressed()).toEqual(['Remove']);
    await user.click(dialog.getByRole('combobox', { name: 'What happens to old-vpn' }));
    await user.click(await screen.findByRole('option', { name: 'Stop and remove' }));
    expect(pressed()).toEqual(['Choose for each']);
    expect(dialog.queryByText('9 kept unprotected')).toBeNull();
    await user.click(all.getByRole('button', { name: 'Keep unprotected' }));
    expect(pressed()).toEqual(['Keep unprotected']);
    expect(dialog.getByText('9 kept unprotected')).toBeTruthy();
    for (const choice of dialog.getAllByRole('combobox'))
      expect(choice.textContent).toContain('Keep unprotected');
    await user.click(dialog.getByRole('button', { name: 'Continue to review' }));
    expect(store.get().choices).toEqual({ remove: [], includeRunning: false, removeVolumes: false });
  });

  it('states in advance what happens to kept containers, and lets them be used on request', async () => {
    const state = off();
    const [first, ...others] = state.scan?.containers ?? [];
    if (state.scan === null || first === undefined) throw new Error('no container in the fixture');
    const containers = [{ ...first, obstacles: ['docker-socket'] }, ...others];
    const metrics = recreatePlan(
      containers.filter(({ name }) => name === 'node-metrics'),
      { ids: [], commit: [], old: 'keep', withoutRollback: false },
    );
    const { user, store } = await renderApp({ ...state, scan: { ...state.scan, containers } }, 'isolation', {
      'plan:make': () => ok({ ...planOf('turningOn'), recreation: metrics }),
    });
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/a stopped one can’t be started again/)).toBeTruthy();
    expect(
      within(dialog).getByText(/^To try ECI first, set “Enforcement mode” .*: rules deny nothing then\.$/),
    ).toBeTruthy();
    expect(within(dialog).getByText(/uses the Docker socket\. Once its image is allowed/)).toBeTruthy();
    expect((await within(dialog).findByText(/^node-metrics can’t be recreated with/)).textContent).toBe(
      'node-metrics can’t be recreated with --pid=host. Create it again without that, and it is protected.',
    );
    await user.click(
      within(dialog).getByRole('checkbox', { name: /^Let kept containers be started and used/ }),
    );
    expect(within(dialog).queryByText(/can’t be started again/)).toBeNull();
    await user.click(within(dialog).getByRole('button', { name: 'Continue to review' }));
    expect(JSON.parse(store.get().draft)).toMatchObject({
      enhancedContainerIsolation: { value: true },
      bulkhead: { existingContainers: 'warn' },
    });
  });

  it('shows that running containers survive the restart if live-restore covers it', async () => {
    const state = off();
    const { engine } = state;
    const capabilities = { ...state.target.capabilities, reconfiguredBy: 'restart' as const };
    const target = { ...state.target, capabilities };
    const open = async (liveRestore: boolean) => {
      const { user } = await renderApp({ ...state, target, engine: { ...engine, liveRestore } }, 'isolation');
      await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
      return [document.querySelector('main')?.textContent, (await screen.findByRole('dialog')).textContent];
    };
    for (const text of await open(false)) expect(text).toMatch(/\d running containers( you keep)? stop/);
    const [page, dialog] = await open(true);
    expect(page).toMatch(/\d running containers keep running \(live-restore\)/);
    expect(dialog).toMatch(/The \d running containers you keep run until they are stopped/);
    for (const text of [page, dialog]) expect(text).not.toMatch(/containers( you keep)? stop\b/);
  });

  it('includes a selected running container in the plan', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('combobox', { name: 'What happens to old-vpn' }));
    await user.click(await screen.findByRole('option', { name: 'Stop and remove' }));
    await user.click(within(dialog).getByRole('button', { name: 'Continue to review' }));
    expect(store.get().choices).toMatchObject({ includeRunning: true, removeVolumes: false });
    expect(store.get().choices.remove).toHaveLength(1);
  });
});

it('does not show containers as blocked if audit mode refuses nothing', async () => {
  const text = offText.replace(/\n\}\n$/, ',\n  "bulkhead": { "mode": "audit" }\n}\n');
  const { user } = await renderApp({ ...off(), settings: settingsState(text) }, 'isolation');
  await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
  const dialog = await screen.findByRole('dialog');
  expect(screen.getByText(/lets what is unprotected be used and records every use/)).toBeTruthy();
  expect(within(dialog).getByText(/They can be started and used, unprotected/)).toBeTruthy();
  expect(within(dialog).queryByRole('checkbox', { name: /^Let kept/ })).toBeNull();
});

it('does not promise denials that audit mode, or a list of every image, does not give', async () => {
  const withMode = offText.replace(/\n\}\n$/, ',\n  "bulkhead": { "mode": "audit" }\n}\n');
  await renderApp({ ...off(), settings: settingsState(withMode) }, 'isolation');
  expect(screen.getByText(/^Audit only: .* are logged, not denied\.$/)).toBeTruthy();
  expect(screen.queryByText(/^Host namespaces are denied/)).toBeNull();
  expect(screen.queryByText(/^Host directories can be mounted only/)).toBeNull();
  cleanup();
  const anyImage = offText.replace(
    '"value": false',
    '"value": false, "dockerSocketMount": { "imageList": { "images": ["*"] } }',
  );
  await renderApp({ ...off(), settings: settingsState(anyImage) }, 'isolation');
  expect(screen.getByText('Every image may mount the Docker socket; it gets one of its own.')).toBeTruthy();
  expect(screen.queryByText(/^Only containers of allowed images/)).toBeNull();
});

it('shows how existing containers are handled in the selected mode', async () => {
  const { user } = await renderApp(off(), 'isolation');
  expect(screen.getByText(/^Can’t be started, exec’d into or copied from while ECI is on/)).toBeTruthy();
  await user.click(screen.getByRole('combobox', { name: 'Enforcement mode' }));
  await user.click(await screen.findByRole('option', { name: 'Audit only' }));
  expect(await screen.findByText(/^Can be used in audit mode, and every use is recorded/)).toBeTruthy();
  expect(screen.queryByText(/^Can’t be started, exec’d into or copied from while ECI is on/)).toBeNull();
});

describe('ECI that is off in the draft, and still enforced', () => {
  it('is locked for users, and in effect, while the settings file is deleted', async () => {
    await renderApp(namedState('deletedFile'), 'isolation');
    expect(
      screen.getByText(/^Unlocked in these settings\. The gateway keeps enforcing the lock/),
    ).toBeTruthy();
    expect(screen.queryByText(/Users may turn it off/)).toBeNull();
    expect(screen.getByRole('heading', { name: 'What it does here' })).toBeTruthy();
  });

  it('is not shown as off before the draft is applied', async () => {
    await renderApp(namedState('turningOff'), 'isolation');
    expect(screen.getByText('Off in this draft. It is enforced until the draft is applied.')).toBeTruthy();
    expect(screen.queryByText(/Now off/)).toBeNull();
    expect(screen.getByRole('heading', { name: 'What turning it off will do here' })).toBeTruthy();
  });

  it('is not shown as known if nothing shows what is in force', async () => {
    const { settings } = namedState('deletedFile');
    const policyFacts = { ...settings.policyFacts, recorded: null, recordedVersion: null };
    await renderApp(appState({ settings: { ...settings, policyFacts } }), 'isolation');
    expect(
      screen.getByText('Off in these settings. Nothing shows whether it is still enforced.'),
    ).toBeTruthy();
    expect(
      screen.getByText('Unlocked in these settings. Nothing shows whether users can turn it off now.'),
    ).toBeTruthy();
  });
});

describe("a user's own preference", () => {
  const state = (name: string) => {
    const make = states[name];
    if (make === undefined) throw new Error('no such state');
    return make();
  };
  it('turns isolation off if that is allowed, even if the document is not accessible', async () => {
    const { user, store, bridge } = await renderApp(state('unlocked'), 'isolation');
    const before = store.get().draft;
    await user.click(screen.getByRole('combobox', { name: 'Isolation on this engine' }));
    await user.click(await screen.findByRole('option', { name: 'Off' }));
    expect(await screen.findByText(/^Turned off by sam\. No rule is enforced/)).toBeTruthy();
    expect(within(screen.getByRole('navigation')).getByText('ECI off')).toBeTruthy();
    expect(bridge.calls.filter(({ name }) => name === 'settings:prefer').map(({ input }) => input)).toEqual([
      { setting: 'eci', value: false },
    ]);
    expect(store.get().draft).toBe(before);
  });

  it('names what blocks docker load, as the choice beside it does', async () => {
    const { user } = await renderApp(state('unlocked'), 'isolation');
    const choice = () => screen.getByRole('combobox', { name: 'docker load on this engine' });
    const choose = async (name: string) => {
      await user.click(choice());
      await user.click(await screen.findByRole('option', { name }));
    };
    expect(choice().textContent).toBe('As the administrator set it');
    expect(screen.getByText('Allowed: the administrator’s settings do not block it.')).toBeTruthy();
    await choose('Blocked');
    expect(await screen.findByText('Blocked, set by sam.')).toBeTruthy();
    // The same as the administrator's value, and yet sam's choice.
    await choose('Allowed');
    expect(await screen.findByText('Allowed, set by sam.')).toBeTruthy();
    await choose('As the administrator set it');
    expect(await screen.findByText('Allowed: the administrator’s settings do not block it.')).toBeTruthy();
  });

  it('is labelled as users’ preference if the administrator sees it', async () => {
    await renderApp({ ...state('unlocked'), isRoot: true }, 'isolation');
    expect(screen.getByRole('heading', { name: 'Users’ preference' })).toBeTruthy();
    expect(screen.queryByText(/The administrator lets users choose/)).toBeNull();
    await renderApp({ ...state('unlocked'), isRoot: false }, 'isolation');
    expect(screen.getByRole('heading', { name: 'Your preference' })).toBeTruthy();
    expect(screen.getByText(/^The administrator lets users choose/)).toBeTruthy();
  });

  it('is never shown as protected on the Overview', async () => {
    await renderApp(state('preferred'), 'overview');
    expect(
      screen.getByRole('heading', { level: 1, name: 'Off: sam turned it off, as users may here' }),
    ).toBeTruthy();
    expect(screen.queryByText(/^Protected and verified/)).toBeNull();
  });

  it('has no effect once it is locked, is shown as locked, and ignores clicks', async () => {
    const { user, bridge } = await renderApp(state('preferenceLocked'), 'isolation');
    expect(screen.getByText('Turned off by sam, which has no effect here.')).toBeTruthy();
    const choice = screen.getByRole('combobox', {
      name: 'Isolation on this engine. Locked by the administrator',
    });
    await user.click(choice);
    expect(screen.queryByRole('option')).toBeNull();
    expect(bridge.calls.some(({ name }) => name === 'settings:prefer')).toBe(false);
  });
});

describe('devices for containers', () => {
  it('are added, edited and removed in the draft; undo restores the applied text', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    const card = () => within(screen.getByRole('region', { name: /^Devices for containers/ }));
    const devices = () => {
      const read = effectiveSettings(store.get().draft);
      return read.ok ? read.value.devices : null;
    };
    await user.click(card().getByRole('button', { name: 'Add device' }));
    const field = (name: string) => card().getByRole('textbox', { name });
    await user.type(field('Device'), 'ttyUSB0');
    expect(card().getByRole('button', { name: 'Add to draft' })).toHaveProperty('disabled', true);
    await user.clear(field('Device'));
    await user.type(field('Device'), '/dev/ttyUSB*');
    await user.type(field('Users'), 'sam, 1002');
    await user.type(field('Groups'), 'dialout{Enter}');
    expect(devices()).toEqual([
      { device: '/dev/ttyUSB*', access: 'rwm', images: null, users: ['sam', '1002'], groups: ['dialout'] },
    ]);
    expect(card().getByText(/Read and write · every image · users .* · members of/)).toBeTruthy();

    await user.click(card().getByRole('button', { name: 'Edit /dev/ttyUSB*' }));
    await user.clear(field('Users'));
    await user.clear(field('Groups'));
    await user.type(field('Images'), 'ghcr.io/team/tool:1.0');
    await user.click(card().getByRole('combobox', { name: 'Access' }));
    await user.click(await screen.findByRole('option', { name: 'Read only' }));
    await user.click(card().getByRole('button', { name: 'Save to draft' }));
    expect(devices()).toEqual([
      { device: '/dev/ttyUSB*', access: 'r', images: ['ghcr.io/team/tool:1.0'], users: null, groups: null },
    ]);
    await user.click(card().getByRole('button', { name: 'Remove /dev/ttyUSB*' }));
    expect(store.get().draft).toBe(offText);
  });
});
