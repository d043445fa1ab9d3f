import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { progress, run } from '../../dev/apply-fixture.ts';
import { brokenDraft, minutesAgo, offText, settingsState } from '../../dev/settings-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { logOf, reviewResponses } from '../../dev/review-fixture.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { showLanguage } from '../../i18n/index.ts';
import { open, state } from '../../dev/review-page-fixture.tsx';
import { message, referenceTo } from '../../../shared/messages/message.ts';
import type { ApplyStep } from '../../../shared/apply/steps.ts';

const restarting = progress({ engine: 'restart', at: 'restart-engine' });

describe('the run', () => {
  it('prompts before stopping, with the initial focus on Continue, then cancels', async () => {
    const { user, bridge } = await open('applying');
    await user.click(await screen.findByRole('button', { name: 'Stop and roll back…' }));
    const dialog = await screen.findByRole('dialog');
    await waitFor(() => {
      expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Continue applying' }));
    });
    await user.click(within(dialog).getByRole('button', { name: 'Stop and roll back' }));
    await waitFor(() => {
      expect(bridge.calls.some((call) => call.name === 'apply:cancel')).toBe(true);
    });
  });

  it('rolls back to a missing settings file', async () => {
    const first = state('applying');
    await renderApp({ ...first, run: run({ ...restarting, fromVersion: 0, toVersion: 1 }) }, 'review');
    await screen.findByText(
      'Rolls back to the state without a settings file, and the engine restarts once more. ' +
        'No container was removed.',
    );
    expect(screen.queryByText('version 0', { exact: false })).toBeNull();
  });

  it('explains what the restart means for running containers', async () => {
    await renderApp({ ...state('applying'), run: run(restarting) }, 'review', reviewResponses('applying'));
    await screen.findByText('Containers stop meanwhile');
    await renderApp(
      { ...state('applying'), run: run({ ...restarting, keepsContainers: true }) },
      'review',
      reviewResponses('applying'),
    );
    await screen.findByText('Running containers keep running (live-restore)');
    expect(screen.queryByText('Containers stop meanwhile')).toBeNull();
  });

  it('has no stop if it would not be safe', async () => {
    await open('cleaning');
    await screen.findByText('Can’t be stopped any more');
    const stop = screen.getByRole<HTMLButtonElement>('button', { name: 'Stop and roll back…' });
    expect(stop.disabled).toBe(true);
    expect(document.getElementById(stop.getAttribute('aria-describedby') ?? '')?.textContent).toContain(
      'the containers you chose are being removed or recreated',
    );
  });

  it('shows the step of each container that is recreated', async () => {
    await open('cleaning');
    const rows = within(await screen.findByRole('list', { name: 'Containers being recreated' }));
    expect(rows.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      'web: Recreated, protected and running',
      'api: Waiting until it runs properly',
      'worker: Stopping the old one',
    ]);
  });

  it('explains what stopping means at each point: nothing yet, files only, or one more restart', async () => {
    const at = async (step: ApplyStep, engine: 'reload' | 'restart' = 'reload') => {
      const shownRun = run(progress({ at: step, engine }));
      await renderApp({ ...state('applying'), run: shownRun }, 'review', reviewResponses('applying'));
    };
    await at('back-up');
    await screen.findByText('Nothing has changed yet.');
    for (const step of ['reconfigure', 'verify'] as const) {
      await at(step);
      await screen.findByText(
        'Files would be rolled back to version 11. The engine has not restarted, no container is removed.',
      );
    }
    await at('verify', 'restart');
    await screen.findByText(
      'Rolls back to version 11, and the engine restarts once more. No container was removed.',
    );
  });

  it('shows a run as longer than the estimate only once the two texts differ', async () => {
    const running = (minutes: number) =>
      renderApp(
        { ...state('applying'), run: run({ startedAt: minutesAgo(minutes), estimatedSeconds: 70 }) },
        'review',
        reviewResponses('applying'),
      );
    await running(1.25);
    await screen.findByText('1 min');
    expect(screen.queryByText(/longer than the estimate/)).toBeNull();
    await running(3);
    await screen.findByText('3 min · longer than the estimate of 1 min');
  });

  it('brings the running step into view, and no other one', async () => {
    const scroll = vi.spyOn(Element.prototype, 'scrollIntoView');
    await open('applying');
    await screen.findByRole('heading', { name: 'Applying version 12' });
    const scrolled = scroll.mock.contexts.filter((element) => element instanceof HTMLLIElement);
    expect(scrolled.map((element) => element.getAttribute('aria-current'))).toEqual(['step']);
    scroll.mockRestore();
  });

  it('continues while another page is open', async () => {
    const { bridge } = await open('applying');
    await screen.findByRole('heading', { name: 'Applying version 12' });
    act(() => {
      window.location.hash = '#/overview';
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    });
    await waitFor(() => {
      expect(screen.queryByText('Step 6 of 8', { exact: false })).toBeNull();
    });
    act(() => {
      bridge.emit('changed', {
        run: run(progress({ at: 'clean-up' })),
      });
    });
    act(() => {
      window.location.hash = '#/review';
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    });
    await screen.findByText('Step 7 of 8', { exact: false });
  });

  it('shows the log so far and new lines, by source, and copies all of it', async () => {
    const { user, bridge } = await open('cleaning');
    const region = await screen.findByRole('log');
    await within(region).findByText(/^A2-user-namespace: pass/);
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
    expect(within(region).getByText(/^A2-user-namespace: pass/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    const text = (bridge.calls.find((call) => call.name === 'clipboard:write')?.input as { text: string })
      .text; // what was recorded
    const lines = logOf(state('cleaning').run ?? run());
    expect(text.split('\n')).toHaveLength(lines.filter((line) => line.source !== 'dockerd').length);
  });

  it('shows lines of ours in the language of the window, and copies them so', async () => {
    const { user, bridge } = await open('cleaning');
    const region = await screen.findByRole('log');
    await within(region).findByText(/^A2-user-namespace: pass/);
    const line = message('apply-log.rolling-back', {
      version: 11,
      why: message('engine.start-failed'),
    });
    act(() => {
      bridge.emit('log', {
        at: new Date().toISOString(),
        source: 'bulkhead',
        text: line.text,
        sentence: referenceTo(line),
      });
    });
    await within(region).findByText(line.text);
    await act(async () => {
      await showLanguage('zh-CN');
    });
    try {
      expect(within(region).getByText('正在回滚到版本 11：引擎未能启动')).toBeTruthy();
      expect(within(region).getByText(/^A2-user-namespace：通过：/)).toBeTruthy();
      expect(within(region).queryByText(line.text)).toBeNull();
      await user.click(screen.getByRole('button', { name: '复制' }));
      const copied = bridge.calls.find((call) => call.name === 'clipboard:write')?.input;
      expect(copied).toMatchObject({ text: expect.stringContaining('bulkhead 正在回滚到版本 11：') });
    } finally {
      await act(async () => {
        await showLanguage('en');
      });
    }
  });
});

describe('the result', () => {
  it('shows what was verified, what was not removed and what is left to do', async () => {
    const { user, bridge } = await open('applied');
    await screen.findByText('16 of 18 checks passed in real containers');
    const band = screen.getByText('4 containers are still unprotected').closest('[role="status"]');
    expect(band?.textContent).toContain('16 of 18 checks passed in real containers');
    expect(band?.textContent).toMatch(/ECI is on and holds on this engine\. 2 checks are limited: “[^.]+”\./);
    expect(band?.textContent).toContain('it is running, and only stopped containers were to be removed');
    await user.click(screen.getByRole('button', { name: 'Done' }));
    await waitFor(() => {
      expect(bridge.state().run).toBeNull();
    });
  });

  it('names a check that is not offered as such, in quotation marks', async () => {
    const app = state('applied');
    if (app.run?.outcome?.kind !== 'applied' || app.run.outcome.verification == null)
      throw new Error('fixture');
    const { outcome } = app.run;
    const claims = app.run.outcome.verification.claims.map((claim) =>
      claim.id === 'A11-through-socket'
        ? { ...claim, verdict: 'not-offered' as const }
        : { ...claim, verdict: 'pass' as const },
    );
    const verification = { ...app.run.outcome.verification, claims };
    await renderApp({ ...app, run: { ...app.run, outcome: { ...outcome, verification } } }, 'review');
    expect(
      await screen.findByText(
        /1 check is not offered here: “What is started through a socket is isolated too”\.$/,
      ),
    ).toBeTruthy();
    expect(screen.queryByText(/check is limited/)).toBeNull();
  });

  it('names the containers that were recreated', async () => {
    const app = state('applied');
    if (app.run?.outcome?.kind !== 'applied') throw new Error('fixture');
    const member = { id: 'x', name: 'shop', step: null, outcome: { kind: 'unchanged' as const } };
    const outcome = { ...app.run.outcome, recreated: [member] };
    await renderApp({ ...app, run: { ...app.run, outcome } }, 'review');
    const part = (await screen.findByText('1 container recreated protected')).closest('[role="status"]');
    expect(part?.textContent).toContain('shop');
  });

  it('counts one that was not recreated as unprotected, and says why it was not', async () => {
    const app = state('applied');
    const left = app.scan?.containers.find((container) => !container.protected);
    const { run: ended } = app;
    if (left === undefined || ended?.outcome?.kind !== 'applied') throw new Error('fixture');
    const { error } = fail('containers.recreate-blocked', 'it cannot be recreated as it is', {
      reason: 'it runs with --rm',
    });
    const member = { id: left.id, name: left.name, step: null, outcome: { kind: 'refused' as const, error } };
    await renderApp(
      { ...app, run: { ...ended, outcome: { ...ended.outcome, recreated: [member] } } },
      'review',
    );
    const band = (await screen.findByText('4 containers are still unprotected')).closest('[role="status"]');
    expect(band?.textContent).toContain(`${left.name}: it cannot be recreated as it is: it runs with --rm`);
  });

  it.each([
    ['leads to the Overview', '#/review', '#/overview'],
    ['does not leave a page that the user has opened meanwhile', '#/activity', '#/activity'],
  ])('is closed by a request that, when it ends, %s', async (_what, opened, expected) => {
    let answer: (result: Result<undefined, AppError>) => void = () => undefined;
    const dismissed = new Promise<Result<undefined, AppError>>((resolve) => {
      answer = resolve;
    });
    const { user } = await open('applied', { 'apply:dismiss': () => dismissed });
    await user.click(await screen.findByRole('button', { name: 'Done' }));
    act(() => {
      window.location.hash = opened;
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    });
    await act(async () => {
      answer(ok(undefined));
      await dismissed;
    });
    expect(window.location.hash).toBe(expected);
  });

  it('does not show a version as in force after rolling back to a file that can’t be used', async () => {
    const back = state('rolledBack');
    if (back.run?.outcome?.kind !== 'rolled-back') throw new Error('fixture');
    await renderApp({ ...back, settings: settingsState(brokenDraft, { draft: offText }) }, 'review');
    await screen.findByText('The settings file is unusable, as before, and your draft is kept.');
    expect(screen.queryByText(/is in force, and your draft is kept/)).toBeNull();
  });

  it('never shows an end without evidence as verified', async () => {
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
    await screen.findByText('15 of 18 checks passed in real containers');
    expect(screen.queryByText('ECI is on and holds on this engine.')).toBeNull();
  });

  it('shows audit mode as the reason why checks did not pass', async () => {
    const applied = state('applied');
    const { run } = applied;
    if (run?.outcome?.kind !== 'applied' || run.outcome.verification === null) throw new Error('fixture');
    const { verification } = run.outcome;
    const claims = verification.claims.map((claim, index) =>
      index === 0 ? { ...claim, verdict: 'not-enforced' as const } : claim,
    );
    const outcome = { ...run.outcome, verification: { ...verification, claims } };
    await renderApp({ ...applied, run: { ...run, outcome } }, 'review');
    await screen.findByText('Audit mode: 15 of 18 checks passed in real containers');
    expect(screen.getByText('1 check is not enforced in audit mode.')).toBeTruthy();
  });

  it('shows that a version in force is missing from History, and why', async () => {
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

  it('shows which step failed, the engine’s error, what to try, and what is in force', async () => {
    const { user, bridge } = await open('rolledBack');
    await screen.findByRole('heading', { name: 'Rolled back to version 11' });
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('“Restart the engine” failed');
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

  it('copies a report of failure, reason, restored state and hint', async () => {
    const { user, bridge } = await open('rolledBack');
    await user.click(await screen.findByRole('button', { name: 'Copy report' }));
    const copied = bridge.calls.find((call) => call.name === 'clipboard:write')?.input;
    expect(copied).toMatchObject({
      text: expect.stringMatching(
        new RegExp(
          [
            '^Applying version 12 over version 11,',
            '“Restart the engine” failed\nWhy: the engine did not start',
            'no space left on device',
            'What to try: Correct its configuration',
            'What is in force: Version 11 is in force',
            '- Restart the engine: Failed, 12 s',
          ].join('[^]*'),
        ),
      ),
    });
  });

  it('does not show a requested stop as a failure', async () => {
    await open('cancelled');
    await screen.findByText('Stopped at your request');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('names the backup when rolling back failed too, and shows the engine as unprotected', async () => {
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

  it('keeps the report until main has read the file again', async () => {
    const applied = state('applied');
    await renderApp(
      { ...applied, settings: settingsState(offText, { appliedVersion: 11, draft: applied.settings.draft }) },
      'review',
    );
    await screen.findByRole('heading', { name: 'Version 12 is applied' });
  });

  it('is replaced by the next plan when the draft was edited after a success', async () => {
    const { store } = await open('applied');
    await screen.findByRole('heading', { name: 'Version 12 is applied' });
    act(() => {
      store.setDraft(`${store.get().draft}\n`);
    });
    await screen.findByRole('heading', { name: 'Review & apply' });
  });
});
