import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { run } from '../../dev/apply-fixture.ts';
import {
  appliedText,
  brokenDraft,
  offText,
  retainedPolicyFacts,
  settingsState,
} from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { reviewResponses } from '../../dev/review-fixture.ts';
import { fail, ok } from '../../../shared/result.ts';
import { open, plan, state } from '../../dev/review-page-fixture.tsx';
import type { PlanEffect } from '../../../shared/apply/plan.ts';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';

const applyButton = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Apply/ });
const enabled = () =>
  waitFor(() => {
    expect(applyButton().disabled).toBe(false);
  });
const started = (bridge: { calls: { name: string }[] }) =>
  bridge.calls.filter((call) => call.name === 'apply:start');

describe('the plan', () => {
  it('is shown before anything happens: versions, effects, daemon.json, how it ends', async () => {
    await open('rich');
    await screen.findByText(
      'Version 11 becomes 12. If any step fails, everything is rolled back to version 11.',
    );
    for (const label of [
      'The engine reads its configuration again',
      '1 key in daemon.json',
      'Mounts outside $HOME are denied',
      '2 allowed images may mount the Docker socket',
      '9 containers stay unprotected',
      'Ends verified, or rolled back',
    ])
      expect(screen.getByText(label)).toBeTruthy();
    expect(screen.queryByText(/restarts once|running containers? stop/)).toBeNull();
  });

  it("shows no effects for a draft that can't be applied", async () => {
    await open('errors');
    await screen.findByText('Nothing, as long as the draft can’t be used.');
    expect(screen.queryByText(/^About/)).toBeNull();
    expect(screen.queryByText('Ends verified, or rolled back')).toBeNull();
  });

  it('says why an engine restarts, which containers stop then, and that its store stays', async () => {
    await open('restart');
    for (const label of [
      'Docker Engine restarts once',
      'log-driver in daemon.json has changed',
      '7 running containers stop',
      'Started again with the engine: old-vpn. The others stay stopped.',
      '12 images, 9 containers',
    ])
      expect(await screen.findByText(label)).toBeTruthy();
  });

  it('promises no verified end in audit mode', async () => {
    const draft = appliedText.replace(/}\s*$/, ', "bulkhead": { "mode": "audit" } }');
    await renderApp(
      { ...state('turningOn'), settings: settingsState(appliedText, { draft }) },
      'review',
      reviewResponses('turningOn'),
    );
    await screen.findByText('Ends checked as far as audit mode allows, or rolled back');
    expect(screen.queryByText('Ends verified, or rolled back')).toBeNull();
  });

  it('shows what is allowed from now on, and that audit mode ends refusals', async () => {
    const afterwards = (
      kind: PlanEffect['kind'],
      code: PlanEffect['code'],
      params: PlanEffect['params'] = {},
    ): PlanEffect => ({ kind, when: 'afterwards', code, params });
    await open('turningOn', {
      'plan:make': () =>
        ok({
          ...plan,
          effects: [
            afterwards('unprotected', 'audit-on'),
            afterwards('allowed', 'directories-allowed', { count: 1, paths: ['/srv/proj'] }),
            afterwards('allowed', 'devices-allowed', { count: 1, devices: ['/dev/sdb'], limits: 'none' }),
            afterwards('allowed', 'devices-allowed', { count: 1, devices: ['/dev/sdc'], limits: 'rule' }),
          ],
        }),
    });
    const audit = (await screen.findByText('Rules deny nothing any more')).closest('li');
    expect(audit?.textContent).toContain('Not denied');
    expect(audit?.textContent).toContain('Audit mode: what the rules do not allow is let through');
    const rows = within(screen.getByRole('list', { name: 'Afterwards' })).getAllByRole('listitem');
    expect(rows[1]?.textContent).toMatch(/^\/srv\/proj can be mounted from now onAllowed/);
    expect(rows[2]?.textContent).toMatch(/^Containers can have \/dev\/sdb.*For every image, and everybody/);
    expect(rows[3]?.textContent).toMatch(
      /^Containers can have \/dev\/sdc.*Only for the images, users and groups/,
    );
  });

  it('says of each image which command list it has', async () => {
    const commands = (params: PlanEffect['params']): PlanEffect => ({
      kind: 'new-rule',
      when: 'afterwards',
      code: 'socket-commands',
      params: { type: 'deny', commands: ['push'], ...params },
    });
    const effects = [
      commands({ list: 'default' }),
      commands({ image: 'nginx:1.25', list: 'own', commands: ['push', 'run'] }),
      commands({ image: 'docker:cli', list: 'own', commands: [] }),
      commands({ image: 'ryuk:1', list: 'default', type: 'allow', commands: [] }),
    ];
    await open('turningOn', { 'plan:make': () => ok({ ...plan, effects }) });
    const rows = within(await screen.findByRole('list', { name: 'Afterwards' })).getAllByRole('listitem');
    const shown = rows.map((row) => row.textContent);
    expect(shown).toEqual([
      expect.stringMatching(/^Denied through the socket: push.*whose image has no list of its own/),
      expect.stringMatching(/^nginx:1\.25: denies push and run.*The list for this image/),
      expect.stringMatching(/^docker:cli: no command is restricted.*The list for this image/),
      expect.stringMatching(/^ryuk:1: no command is allowed.*The default list: this image has none/),
    ]);
  });

  it('names the earlier version that the draft has the text of', async () => {
    await open('turningOn', { 'plan:make': () => ok({ ...plan, earlierVersion: 3 }) });
    await screen.findByText(
      'Version 11 becomes 12, with the text of version 3. If any step fails, everything is rolled back to ' +
        'version 11.',
    );
  });

  it.each([
    [
      'the text that the gateway enforces',
      'replaced' as const,
      'the settings file is restored to what the gateway enforces now, in place of the unusable text, ' +
        'which stays in History.',
    ],
    [
      'the file as it is, if that text is not known',
      'unusable' as const,
      'the settings file is rolled back to how it is now, unusable. The gateway may then keep using the ' +
        'settings of this apply until its next start.',
    ],
  ])('says what a failing step leaves of an unusable file: %s', async (_what, baseFile, left) => {
    const broken = settingsState(brokenDraft, {
      appliedVersion: 12,
      draft: appliedText,
      policyFacts: { ...retainedPolicyFacts, recorded: recordedPolicy({ hash: 'hash-of-restored' }) },
    });
    await renderApp({ ...state('turningOn'), settings: broken }, 'review', {
      ...reviewResponses('turningOn'),
      'plan:make': () => ok({ ...plan, fromVersion: 12, toVersion: 13, earlierVersion: 11, baseFile }),
    });
    await screen.findByText(`Version 12 becomes 13, with the text of version 11. If any step fails, ${left}`);
  });

  it('shows that there is no file again if a step of restoring a deleted one fails', async () => {
    await open('turningOn', { 'plan:make': () => ok({ ...plan, baseFile: 'missing' }) });
    await screen.findByText('Version 11 becomes 12. If any step fails, there is no settings file again.');
  });

  it('says which version is the deletion where a roll back restores the file', async () => {
    const restoring = { ...plan, earlierVersion: 10, baseFile: 'missing' } as const;
    await open('turningOn', { 'plan:make': () => ok(restoring) });
    await screen.findByText(
      /^Version 11, the deletion of the file, becomes 12, with the text of version 10\./,
    );
  });

  it('focuses Back to editing; Enter on a disruptive Apply shows which key to press', async () => {
    const { user, bridge } = await open('restart', { 'apply:start': () => ok(run()) });
    await enabled();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Back to editing' }));
    applyButton().focus();
    await user.keyboard('{Enter}');
    expect(started(bridge)).toHaveLength(0);
    expect(document.getElementById(applyButton().getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'Something is stopped or removed. Press Space to apply.',
    );
    await user.keyboard('{ }');
    await waitFor(() => {
      expect(started(bridge)).toHaveLength(1);
    });
    expect(started(bridge)[0]).toMatchObject({
      input: { baseHash: plan.baseHash, draftHash: plan.draftHash },
    });
  });

  it('applies by Enter a plan that is not disruptive', async () => {
    const { user, bridge } = await open('turningOn', {
      'apply:start': () => ok(run()),
    });
    await enabled();
    applyButton().focus();
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(started(bridge)).toHaveLength(1);
    });
  });

  it('starts one run for repeated clicks on Apply, with every change in it', async () => {
    const answers: (() => void)[] = [];
    const { user, bridge } = await open('rich', {
      'apply:start': () =>
        new Promise((resolve) => {
          answers.push(() => {
            resolve(ok(run()));
          });
        }),
    });
    await enabled();
    for (let click = 0; click < 5; click++) await user.click(applyButton());
    await user.dblClick(applyButton());
    expect(started(bridge)).toHaveLength(1);
    expect(answers).toHaveLength(1);
    await act(async () => {
      answers[0]?.();
      await Promise.resolve();
    });
    expect(bridge.calls.filter((call) => call.name === 'engine:restart')).toHaveLength(0);
  });

  it('has nothing left to apply, and no notice of it, once the changes are undone', async () => {
    const { store } = await open('turningOn', {
      'plan:make': () =>
        ok({
          ...plan,
          changes: [],
          blocked: true,
          blockers: [{ code: 'nothing-to-apply', message: 'The draft is what is applied already.' }],
          effects: [],
        }),
    });
    act(() => {
      store.setDraft(offText);
    });
    await screen.findByText('The draft is what is applied already: there is nothing to apply.');
    expect(screen.queryByRole('button', { name: /^Apply/ })).toBeNull();
    expect(screen.queryByText('Restart needed: the engine')).toBeNull();
    expect(screen.queryByLabelText('has changes that are not applied')).toBeNull();
  });

  it('renders a part of thousands of lines and findings, and more on demand', async () => {
    const { user } = await open('reviewHuge');
    await enabled();
    const diff = screen.getByLabelText('Applied text and draft, line by line');
    const lines = () => diff.textContent.match(/"registry\.example\/team-/g)?.length ?? 0;
    expect(lines()).toBeLessThan(510);
    expect(screen.getAllByText(/^Show \d+ more of 3,0\d\d$/)).toHaveLength(2);
    await user.click(within(diff).getByText(/^Show 500 more/));
    expect(lines()).toBeGreaterThan(900);
  });

  it('lists every dangerous directory; sharing the whole file system requires typing it', async () => {
    const paths = ['/', '/etc', '/var/lib/bulkhead', '/root', '/usr', '/boot'];
    const dangerous = paths.map((path, index) => ({
      code: 'share-dangerous' as const,
      severity: 'warning' as const,
      pointer: `/filesharingAllowedDirectories/${index}/path`,
      range: { offset: 0, length: 1, line: 1, column: 1 },
      message: `What ${path} holds.`,
      params: { path },
    }));
    const { user, bridge } = await open('turningOn', {
      'apply:start': () => ok(run()),
      'plan:make': () =>
        ok({
          ...plan,
          findings: dangerous,
          effects: [
            {
              kind: 'dangerous',
              when: 'afterwards',
              code: 'dangerous-shares',
              params: { count: paths.length, paths, everything: ['/'], typed: ['/'] },
            },
            ...plan.effects,
          ],
        }),
    });
    await enabled();
    expect(screen.getByText(/^Containers can mount every file of this host/)).toBeTruthy();
    for (const path of paths)
      expect(screen.getByText(`: What ${path} holds.`).textContent).toBe(`${path}: What ${path} holds.`);
    await user.click(applyButton());
    const dialog = await screen.findByRole('dialog');
    const confirm = within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Share and apply' });
    const field = within(dialog).getByLabelText('Type / to share it');
    await waitFor(() => {
      expect(document.activeElement).toBe(field);
    });
    for (const path of paths) expect(within(dialog).getByText(`: What ${path} holds.`)).toBeTruthy();
    await user.type(field, '/etc');
    expect(confirm.disabled).toBe(true);
    await user.clear(field);
    await user.type(field, '/');
    expect(started(bridge)).toHaveLength(0);
    await user.click(confirm);
    await waitFor(() => {
      expect(started(bridge)).toMatchObject([{ input: { confirmedShares: ['/'] } }]);
    });
  });

  it('opens from the keyboard and never applies from there', async () => {
    const { user, bridge } = await renderApp(state('turningOn'), 'isolation', reviewResponses('turningOn'));
    for (const keys of ['{Control>}s{/Control}', '{Control>}{Enter}{/Control}']) {
      await user.keyboard(keys);
      await screen.findByRole('heading', { level: 1, name: 'Review & apply' });
      await user.keyboard(keys);
    }
    expect(started(bridge)).toHaveLength(0);
  });

  it('shows in its button how many containers it removes', async () => {
    const { user, bridge } = await open('turningOn', { 'apply:start': () => ok(run()) });
    await enabled();
    expect(applyButton().textContent).toBe('Apply');
    await user.click(screen.getByRole('button', { name: 'Choose…' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await user.click(within(dialog).getByRole('button', { name: 'Continue to review' }));
    // Two of them are stopped; the running ones are not taken by "all".
    await waitFor(() => {
      expect(applyButton().textContent).toBe('Apply and remove 2 containers');
    });
    await enabled();
    await user.click(applyButton());
    await waitFor(() => {
      expect(started(bridge)[0]).toMatchObject({
        input: { choices: { includeRunning: false, removeVolumes: false } },
      });
    });
  });

  it('states what recreating each container would do, and can carry over its data', async () => {
    const { user } = await open('turningOn');
    await enabled();
    const choose = async (...press: (string | RegExp)[]) => {
      await user.click(screen.getByRole('button', { name: 'Choose…' }));
      const dialog = await screen.findByRole('dialog');
      for (const name of press)
        await user.click(
          within(dialog).getByRole(typeof name === 'string' ? 'button' : 'checkbox', { name }),
        );
      await user.click(within(dialog).getByRole('button', { name: 'Continue to review' }));
      await enabled();
    };
    await choose('Recreate protected');
    const items = () => within(screen.getByRole('list', { name: 'Containers' }));
    await waitFor(() => {
      expect(
        items().getAllByText(
          'The old one is kept beside it, stopped: what was written inside is nowhere else',
        ).length,
      ).toBeGreaterThan(0);
    });
    expect(items().queryByText('Carried over')).toBeNull();
    await choose(/^Carry over what was written inside/);
    await waitFor(() => {
      expect(items().getAllByText('Carried over').length).toBeGreaterThan(0);
    });
    expect(
      items().queryByText('The old one is kept beside it, stopped: what was written inside is nowhere else'),
    ).toBeNull();
  });

  it('disables Apply and shows why if a requirement is missing', async () => {
    await open('blocked');
    await screen.findByText('This can’t be applied');
    expect(applyButton().disabled).toBe(true);
    expect(screen.getByText('1 reason above blocks applying')).toBeTruthy();
    expect(screen.queryByText('Nothing blocks applying')).toBeNull();
    expect(screen.getByText('Missing: Linux kernel. Found: 5.4.0. Use Linux 6.3 or newer.')).toBeTruthy();
    const why = document.getElementById(applyButton().getAttribute('aria-describedby') ?? '');
    expect(why?.textContent).toBe('Missing: Linux kernel');
  });

  it('disables Apply while there is a conflict with another program’s change of the file', async () => {
    await open('conflict');
    await screen.findByText('Changed outside Bulkhead: resolve the conflict');
    expect(applyButton().disabled).toBe(true);
  });

  it('disables Apply while the plan is of an older draft', async () => {
    let answer: (() => void) | undefined;
    const { store } = await renderApp(state('turningOn'), 'review', {
      'plan:make': () =>
        new Promise((resolve) => {
          answer = () => {
            resolve(ok(plan));
          };
        }),
    });
    expect(applyButton().disabled).toBe(true);
    expect(screen.getByText('Waiting for the plan')).toBeTruthy();
    await waitFor(() => {
      expect(answer).toBeDefined();
    });
    await act(async () => {
      answer?.();
      await Promise.resolve();
    });
    await enabled();
    act(() => {
      store.setDraft(`${store.get().draft} `);
    });
    expect(applyButton().disabled).toBe(true);
  });

  it('keeps the plan while scans find the same containers, replaces it when one stops', async () => {
    const { bridge } = await open('turningOn');
    await enabled();
    const plans = () => bridge.calls.filter(({ name }) => name === 'plan:make').length;
    const before = plans();
    const { scan } = state('turningOn');
    const [first, ...others] = scan?.containers ?? [];
    if (scan === null || first === undefined) throw new Error('no container to scan');
    const found = (change: Partial<typeof first>) => {
      act(() => {
        bridge.emit('changed', {
          scan: {
            ...scan,
            at: new Date(Date.parse(scan.at) + 60_000).toISOString(),
            containers: [{ ...first, ...change }, ...others],
          },
        });
      });
    };
    found({ status: 'Up 2 hours' });
    expect(applyButton().disabled).toBe(false);
    found({ state: 'exited', status: 'Exited (0) 1 second ago' });
    await enabled();
    expect(plans()).toBe(before + 1);
  });

  it('shows why there is no plan, and retries', async () => {
    let tries = 0;
    const { user } = await open('turningOn', {
      'plan:make': () =>
        ++tries < 2
          ? fail('settings.unreadable', 'admin-settings.json can’t be read', { reason: 'EACCES' })
          : ok(plan),
    });
    await screen.findByText(/EACCES/);
    expect(applyButton().disabled).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await enabled();
    expect(screen.queryByText(/EACCES/)).toBeNull();
  });

  it('shows when there is nothing to apply, without a button to apply it', async () => {
    await open('protected');
    await screen.findByText('The draft is what is applied already: there is nothing to apply.');
    expect(screen.queryByRole('button', { name: /^Apply/ })).toBeNull();
  });

  it('refers a broken draft to the editor', async () => {
    await open('broken');
    await screen.findByText('The draft is not valid JSON');
    expect(applyButton().disabled).toBe(true);
    expect(screen.getByRole('button', { name: 'Edit the text' })).toBeTruthy();
  });

  it('shows a broken settings file by one alarm and the place of the error', async () => {
    await open('brokenFile');
    const place = await screen.findByText('Line 9, column 35');
    expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^The settings file cannot be used/),
    ]);
    expect(place.closest('div')?.textContent).toContain('There is a comma after the last entry');
    expect(screen.getByRole('button', { name: 'Edit the text' })).toBeTruthy();
  });

  it('is no plan, and is not applied, while main does not have the shown draft', async () => {
    const { user, store, bridge } = await open('turningOn', {
      'settings:set-draft': () =>
        fail('settings.unwritable', 'the draft can’t be written', { reason: 'ENOSPC' }),
    });
    await enabled();
    const plans = () => bridge.calls.filter((call) => call.name === 'plan:make').length;
    const before = plans();
    act(() => {
      store.setDraft(`${store.get().draft} `);
    });
    expect((await screen.findByRole('alert')).textContent).toContain('ENOSPC');
    expect(applyButton().disabled).toBe(true);
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByRole('alert');
    expect(applyButton().disabled).toBe(true);
    expect(plans()).toBe(before);
  });

  it('keeps the choices for containers when applying does not start', async () => {
    const { user, store } = await open('turningOn', {
      'apply:start': () =>
        fail('rights.not-root', 'administrator rights were not given', {
          hint: 'Try again and enter the password.',
        }),
    });
    await enabled();
    const chosen = {
      remove: plan.unprotected.filter(({ state: is }) => is === 'exited').map(({ id }) => id),
      includeRunning: false,
      removeVolumes: false,
    };
    act(() => {
      store.setChoices(chosen);
    });
    await waitFor(() => {
      expect(applyButton().textContent).toBe('Apply and remove 2 containers');
    });
    await enabled();
    await user.click(applyButton());
    await screen.findByRole('alert');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await enabled();
    expect(applyButton().textContent).toBe('Apply and remove 2 containers');
  });

  it('keeps showing the reason when applying does not start', async () => {
    const { user } = await open('turningOn', {
      'apply:start': () =>
        fail('settings.conflict', 'the settings file was changed by another program meanwhile', {
          hint: 'Plan again.',
        }),
    });
    await enabled();
    await user.click(applyButton());
    expect((await screen.findByRole('alert')).textContent).toContain(
      'the settings file was changed by another program meanwhile',
    );
  });

  it('fixes a finding in the draft, and the finding disappears', async () => {
    const draft = offText.replace('"value": false', '"value": true');
    const { user, store } = await renderApp(
      { ...state('off'), settings: settingsState(offText, { draft }) },
      'review',
    );
    await user.click(await screen.findByRole('button', { name: /^Lock it: / }));
    expect(store.get().draft).toBe(draft.replace('"locked": false', '"locked": true'));
    await waitFor(() => {
      expect(screen.queryByRole('button', { name: /^Lock it: / })).toBeNull();
    });
  });

  it('describes the changes in text as well', async () => {
    const { user } = await open('rich');
    await user.click(await screen.findByRole('button', { name: 'Summary' }));
    const item = screen.getByText('Enhanced Container Isolation', { selector: 'li *' }).closest('li');
    expect(item?.textContent).toBe('Enhanced Container IsolationOff→On');
  });

  it('shows them as last selected when the page is opened again', async () => {
    const { user } = await open('rich');
    await user.click(await screen.findByRole('button', { name: 'Summary' }));
    const leaveFor = (page: string) => {
      act(() => {
        window.location.hash = `#/${page}`;
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      });
    };
    leaveFor('overview');
    await waitFor(() => {
      expect(screen.queryByRole('button', { name: 'Summary' })).toBeNull();
    });
    leaveFor('review');
    const summary = await screen.findByRole('button', { name: 'Summary' });
    expect(summary.getAttribute('aria-pressed')).toBe('true');
  });
});
