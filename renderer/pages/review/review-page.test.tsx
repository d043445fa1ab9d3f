import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { states } from '../../dev/states.ts';
import { plan, run } from '../../dev/apply-fixture.ts';
import { offText, settingsState } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { log, reviewResponses, reviewStates } from '../../dev/review-fixture.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';

const state = (name: string): AppState => {
  const make = states[name] ?? reviewStates[name];
  if (make === undefined) throw new Error(`no state ${name}`);
  return make();
};
const open = (name: string, answers: Parameters<typeof renderApp>[2] = {}) =>
  renderApp(state(name), 'review', { ...reviewResponses(name), ...answers });
const applyButton = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Apply/ });
const enabled = () =>
  waitFor(() => {
    expect(applyButton().disabled).toBe(false);
  });
const started = (bridge: { calls: { name: string }[] }) =>
  bridge.calls.filter((call) => call.name === 'apply:start');

describe('the plan', () => {
  it('is told before anything happens: versions, effects, daemon.json, how it ends', async () => {
    await open('rich');
    await screen.findByText('Version 11 becomes 12. If any step fails, everything goes back to version 11.');
    for (const label of [
      'Docker Engine restarts once',
      '1 key in daemon.json',
      '2 running containers stop',
      'Mounts outside $HOME are refused',
      '12 images, 9 containers',
      'Ends verified, or rolled back',
    ])
      expect(screen.getByText(label)).toBeTruthy();
  });

  it('focuses the way back, never Apply, and Enter on Apply does nothing', async () => {
    const { user, bridge } = await open('turningOn', { 'apply:start': () => ok(run()) });
    await enabled();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Back to editing' }));
    applyButton().focus();
    await user.keyboard('{Enter}');
    expect(started(bridge)).toHaveLength(0);
    await user.keyboard('{ }');
    await waitFor(() => {
      expect(started(bridge)).toHaveLength(1);
    });
    expect(started(bridge)[0]).toMatchObject({
      input: { baseHash: plan.baseHash, draftHash: plan.draftHash },
    });
  });

  it('starts one run however often Apply is clicked, with every change in it', async () => {
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

  it('draws a part of thousands of lines and findings, and more on demand', async () => {
    const { user } = await open('reviewHuge');
    await enabled();
    const diff = screen.getByLabelText('Applied text and draft, line by line');
    const lines = () => diff.textContent.match(/"registry\.example\/team-/g)?.length ?? 0;
    expect(lines()).toBeLessThan(510);
    expect(screen.getAllByText(/^Show \d+ more of 3,0\d\d$/)).toHaveLength(2);
    await user.click(within(diff).getByText(/^Show 500 more/));
    expect(lines()).toBeGreaterThan(900);
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

  it('says in its button how many containers it removes', async () => {
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

  it('states what recreating each container would do, and offers to carry over its data', async () => {
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

  it('disables Apply and says why where a requirement is missing', async () => {
    await open('blocked');
    await screen.findByText('This can’t be applied');
    expect(applyButton().disabled).toBe(true);
    expect(screen.getByText('Missing: Linux kernel. Found: 5.4.0. Use Linux 6.3 or newer.')).toBeTruthy();
    const why = document.getElementById(applyButton().getAttribute('aria-describedby') ?? '');
    expect(why?.textContent).toBe('Missing: Linux kernel');
  });

  it('disables Apply while another program’s change of the file is not settled', async () => {
    await open('conflict');
    await screen.findByText('Another program changed the file: compare first');
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

  it('shows why there is no plan, and tries again', async () => {
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

  it('says when there is nothing to apply, and offers no button to apply it', async () => {
    await open('protected');
    await screen.findByText('The draft is what is applied already: there is nothing to apply.');
    expect(screen.queryByRole('button', { name: /^Apply/ })).toBeNull();
  });

  it('leaves a broken draft to the editor', async () => {
    await open('broken');
    await screen.findByText('The draft is not valid JSON');
    expect(applyButton().disabled).toBe(true);
    expect(screen.getByRole('button', { name: 'Edit the text' })).toBeTruthy();
  });

  it('is no plan, and is not applied, while main has not got the draft that is shown', async () => {
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

  it('keeps what was chosen for containers when applying does not start', async () => {
    const { user, store } = await open('turningOn', {
      'apply:start': () =>
        fail('rights.not-root', 'administrator rights were not given', {
          hint: 'Try again and enter the password.',
        }),
    });
    await enabled();
    const chosen = {
      remove: plan.unprotected.slice(0, 2).map(({ id }) => id),
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

  it('keeps the reason at hand when applying does not start', async () => {
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

  it('mends a finding in the draft, and the finding goes', async () => {
    const draft = offText.replace('"value": false', '"value": true');
    const { user, store } = await renderApp(
      { ...state('off'), settings: settingsState(offText, { draft }) },
      'review',
    );
    await user.click(await screen.findByRole('button', { name: 'Lock it' }));
    expect(store.get().draft).toBe(draft.replace('"locked": false', '"locked": true'));
    await waitFor(() => {
      expect(screen.queryByRole('button', { name: 'Lock it' })).toBeNull();
    });
  });

  it('describes the changes in text as well', async () => {
    const { user } = await open('rich');
    await user.click(await screen.findByRole('button', { name: 'Summary' }));
    const item = screen.getByText('Enhanced Container Isolation', { selector: 'li *' }).closest('li');
    expect(item?.textContent).toBe('Enhanced Container IsolationOff→On');
  });
});

describe('the run', () => {
  it('asks before stopping, with going on focused, then cancels', async () => {
    const { user, bridge } = await open('applying');
    await user.click(await screen.findByRole('button', { name: 'Stop and roll back…' }));
    const dialog = await screen.findByRole('dialog');
    await waitFor(() => {
      expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Go on applying' }));
    });
    await user.click(within(dialog).getByRole('button', { name: 'Stop and roll back' }));
    await waitFor(() => {
      expect(bridge.calls.some((call) => call.name === 'apply:cancel')).toBe(true);
    });
  });

  it('goes back to no settings file where there was none', async () => {
    const first = state('applying');
    await renderApp({ ...first, run: run({ fromVersion: 0, toVersion: 1 }) }, 'review');
    await screen.findByText(
      'Goes back to no settings file, and the engine restarts once more. No container was removed.',
    );
    expect(screen.queryByText('version 0', { exact: false })).toBeNull();
  });

  it('offers no stop where none is safe', async () => {
    await open('cleaning');
    await screen.findByText('Can’t be stopped any more');
    const stop = screen.getByRole<HTMLButtonElement>('button', { name: 'Stop and roll back…' });
    expect(stop.disabled).toBe(true);
    expect(document.getElementById(stop.getAttribute('aria-describedby') ?? '')?.textContent).toContain(
      'the containers you chose are being removed or recreated',
    );
  });

  it('says what stopping means at each point: nothing yet, files only, or one more restart', async () => {
    const at = async (index: number) => {
      const steps = run().steps.map((step, n) => ({
        ...step,
        state: n < index ? ('done' as const) : n === index ? ('running' as const) : ('waiting' as const),
      }));
      await renderApp({ ...state('applying'), run: run({ steps }) }, 'review', reviewResponses('applying'));
    };
    await at(0);
    await screen.findByText('Nothing has changed yet.');
    await at(2);
    await screen.findByText(
      'The files go back to version 11. The engine has not restarted, no container was removed.',
    );
    await at(5);
    await screen.findByText(
      'Goes back to version 11, and the engine restarts once more. No container was removed.',
    );
  });

  it('goes on while the page is left, and is there when one comes back', async () => {
    const { bridge } = await open('applying');
    await screen.findByRole('heading', { name: 'Applying version 12' });
    act(() => {
      window.location.hash = '#/overview';
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    });
    await waitFor(() => {
      expect(screen.queryByText('Step 4 of 7', { exact: false })).toBeNull();
    });
    act(() => {
      bridge.emit('changed', {
        run: run({
          steps: run().steps.map((step, index) => ({
            ...step,
            state: index < 5 ? ('done' as const) : index === 5 ? ('running' as const) : ('waiting' as const),
          })),
        }),
      });
    });
    act(() => {
      window.location.hash = '#/review';
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    });
    await screen.findByText('Step 6 of 7', { exact: false });
  });

  it('shows the log so far and what comes, by source, and copies it whole', async () => {
    const { user, bridge } = await open('applying');
    const region = await screen.findByRole('log');
    await within(region).findByText('backup of version 11');
    act(() => {
      bridge.emit('log', {
        at: new Date().toISOString(),
        source: 'dockerd',
        text: 'time="2026-11-10T10:42:14Z" level=error msg="disk \\"full\\"" id=1',
      });
    });
    await within(region).findByText('error: disk "full" id=1');
    act(() => {
      bridge.emit('log', {
        at: new Date().toISOString(),
        source: 'dockerd',
        text: 'level=info msg="Processing signal \'interrupt\'"',
      });
    });
    await within(region).findByText("Processing signal 'interrupt'");
    await user.click(screen.getByRole('button', { name: 'Bulkhead' }));
    expect(within(region).queryByText('error: disk "full" id=1')).toBeNull();
    expect(within(region).getByText('backup of version 11')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    const text = (bridge.calls.find((call) => call.name === 'clipboard:write')?.input as { text: string })
      .text; // what was recorded
    expect(text.split('\n')).toHaveLength(log.filter((line) => line.source !== 'dockerd').length);
  });
});

describe('how it ended', () => {
  it('says what was shown, what was not removed and what is left to do', async () => {
    const { user, bridge } = await open('applied');
    await screen.findByText('16 of 17 claims shown from inside real containers');
    expect(screen.getByText('it is running; say explicitly', { exact: false })).toBeTruthy();
    expect(screen.getByText('4 containers are still unprotected')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Done' }));
    await waitFor(() => {
      expect(bridge.state().run).toBeNull();
    });
  });

  it('never calls an unproven end verified', async () => {
    const applied = state('applied');
    const outcome = applied.run?.outcome;
    if (outcome?.kind !== 'applied' || outcome.verification === null || applied.run === null)
      throw new Error('fixture');
    await renderApp(
      {
        ...applied,
        run: {
          ...applied.run,
          outcome: {
            ...outcome,
            verification: {
              ...outcome.verification,
              claims: outcome.verification.claims.map((claim, index) =>
                index === 0 ? { ...claim, verdict: 'not-run' as const } : claim,
              ),
            },
          },
        },
      },
      'review',
    );
    await screen.findByText('15 of 17 claims shown from inside real containers');
    expect(screen.queryByText('ECI is on and holds on this engine.')).toBeNull();
  });

  it('says that a version in force is missing from History, and why', async () => {
    const applied = state('applied');
    if (applied.run?.outcome?.kind !== 'applied') throw new Error('fixture');
    await renderApp(
      {
        ...applied,
        run: {
          ...applied.run,
          outcome: { ...applied.run.outcome, unrecorded: 'ENOSPC: no space left on device, write' },
        },
      },
      'review',
    );
    await screen.findByText('Version 12 is in force, but could not be recorded in History');
    expect(screen.getByText(/no space left on device.*The next apply records it/)).toBeTruthy();
  });

  it('says which step failed, why in the engine’s words, what to try, and what is in force', async () => {
    const { user, bridge } = await open('rolledBack');
    await screen.findByRole('heading', { name: 'Rolled back to version 11' });
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('Restart Docker Engine failed');
    expect(alert.textContent).toContain('no space left on device');
    expect(alert.textContent).toContain('Correct its configuration (daemon.json)');
    expect(screen.getByText('Version 11 is in force, and your draft is kept.')).toBeTruthy();
    await user.click(within(alert).getByRole('button', { name: 'Copy why' }));
    await waitFor(() => {
      expect(bridge.calls.some((call) => call.name === 'clipboard:write')).toBe(true);
    });
    await user.click(screen.getByRole('button', { name: 'Review again' }));
    await screen.findByText('Version 11 becomes 12.', { exact: false });
  });

  it('hands on what failed, why, what was put back and what to try as one text', async () => {
    const { user, bridge } = await open('rolledBack');
    await user.click(await screen.findByRole('button', { name: 'Copy report' }));
    const copied = bridge.calls.find((call) => call.name === 'clipboard:write')?.input;
    expect(copied).toMatchObject({
      text: expect.stringMatching(
        new RegExp(
          [
            '^Applying version 12 over version 11,',
            'Restart Docker Engine failed\nWhy: the engine did not start',
            'no space left on device',
            'What to try: Correct its configuration',
            'What is in force: Version 11 is in force',
            '- Restart Docker Engine: Failed, 12 s',
          ].join('[^]*'),
        ),
      ),
    });
  });

  it('does not call a stop at request a failure', async () => {
    await open('cancelled');
    await screen.findByText('Stopped at your request');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('names the backup when rolling back failed too, and calls the engine unprotected', async () => {
    await open('rollbackFailed');
    await screen.findByText('/var/lib/bulkhead/backup');
    expect(
      screen.getByText(
        'Neither the new settings nor the old ones are known to be in force. Treat the engine as ' +
          'unprotected.',
      ),
    ).toBeTruthy();
    expect(screen.getByText('What failed first: Verify from inside')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Start engine' })).toBeTruthy();
  });

  it('does not give way while main has not read the file again', async () => {
    const applied = state('applied');
    await renderApp(
      { ...applied, settings: settingsState(offText, { appliedVersion: 11, draft: applied.settings.draft }) },
      'review',
    );
    await screen.findByRole('heading', { name: 'Version 12 is applied' });
  });

  it('gives way to the next plan when the draft was edited after a success', async () => {
    const { store } = await open('applied');
    await screen.findByRole('heading', { name: 'Version 12 is applied' });
    act(() => {
      store.setDraft(`${store.get().draft}\n`);
    });
    await screen.findByRole('heading', { name: 'Review & apply' });
  });
});
