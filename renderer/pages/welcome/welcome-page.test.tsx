import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { states } from '../../dev/states.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { parseSettings } from '../../../shared/settings/index.ts';

const state = (name: string) => {
  const make = states[name];
  if (make === undefined) throw new Error(`no state ${name}`);
  return make();
};
const documentOf = (text: string) => {
  const parsed = parseSettings(text);
  return parsed.ok ? parsed.value.value : null;
};

describe('the first run', () => {
  it('starts a stopped engine, and does not continue without it', async () => {
    const { user, bridge } = await renderApp(state('firstRunStopped'), 'welcome');
    expect(screen.getByRole('button', { name: 'Continue' }).hasAttribute('disabled')).toBe(true);
    expect(screen.getByText('Embedded engine is not running')).toBeTruthy();
    expect(screen.getByText('Start the engine to continue.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Start engine' }));
    expect(bridge.calls.some(({ name }) => name === 'engine:start')).toBe(true);
  });

  it('shows on its first page that the engine is not protected, and what "off" refers to', async () => {
    await renderApp(state('firstRun'), 'welcome');
    expect(screen.getByText(/^Not protected yet: ECI is off/)).toBeTruthy();
    expect(
      screen.getByRole('button', { name: 'Engine: Embedded engine, ECI off. Switch engine' }),
    ).toBeTruthy();
  });

  it('continues by a scan to the review of the recommended policy, and applies nothing', async () => {
    const { user, bridge } = await renderApp(state('firstRun'), 'welcome');
    await user.click(screen.getByRole('button', { name: 'Continue' }));
    await waitFor(() => {
      expect(bridge.calls.some(({ name }) => name === 'containers:scan')).toBe(true);
    });
    expect(bridge.state().firstRun).toBe('scan');
    await user.click(screen.getByRole('button', { name: 'Continue' }));
    await user.click(screen.getByRole('button', { name: 'Review the changes' }));
    // Containers exist: the question what becomes of them is first.
    const proceed = await screen.findByRole('button', { name: 'Continue to review' });
    // The request is about the recommended policy, before it is in the draft.
    const planned = bridge.calls.find(({ name }) => name === 'plan:make')?.input;
    expect(planned).toMatchObject({ draft: expect.stringMatching(/"enhancedContainerIsolation"/) });
    await user.click(proceed);
    await waitFor(() => {
      expect(window.location.hash).toBe('#/review');
    });
    expect(documentOf(bridge.state().settings.draft)).toMatchObject({
      enhancedContainerIsolation: { value: true, locked: true },
      filesharingAllowedDirectories: [{ path: '$HOME' }, { path: '$TMP' }],
    });
    expect(bridge.calls.some(({ name }) => name === 'apply:start')).toBe(false);
  });

  it('resumes at the last step with the user’s choices', async () => {
    const { user, bridge } = await renderApp({ ...state('firstRunPolicy'), scan: null }, 'welcome');
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    await user.click(screen.getByRole('switch', { name: 'Share home and temporary directories' }));
    await user.click(screen.getByRole('button', { name: 'Review the changes' }));
    await waitFor(() => {
      expect(window.location.hash).toBe('#/review');
    });
    expect(documentOf(bridge.state().settings.draft)).toMatchObject({
      enhancedContainerIsolation: { value: true, locked: false },
      filesharingAllowedDirectories: [],
    });
  });

  it('keeps the switches as the user set them after going back from the review', async () => {
    const { user, bridge } = await renderApp({ ...state('firstRunPolicy'), scan: null }, 'welcome');
    const isOn = (name: string) => screen.getByRole<HTMLInputElement>('switch', { name }).checked;
    const shares = 'Share home and temporary directories';
    const reviewAndBack = async () => {
      await user.click(screen.getByRole('button', { name: 'Review the changes' }));
      await waitFor(() => {
        expect(window.location.hash).toBe('#/review');
      });
      act(() => {
        window.location.hash = '#/welcome';
        window.dispatchEvent(new HashChangeEvent('hashchange'));
      });
      await screen.findByRole('heading', { level: 1, name: 'Protect this engine' });
    };
    await user.click(screen.getByRole('switch', { name: 'Lock for users' }));
    await reviewAndBack();
    expect(isOn(shares)).toBe(true);
    expect(isOn('Lock for users')).toBe(false);
    await user.click(screen.getByRole('switch', { name: shares }));
    await reviewAndBack();
    expect(isOn(shares)).toBe(false);
    expect(documentOf(bridge.state().settings.draft)).toMatchObject({
      enhancedContainerIsolation: { value: true, locked: false },
      filesharingAllowedDirectories: [],
    });
  });

  it('says beside the containers it found what happens to those that are kept', async () => {
    await renderApp(state('firstRunScan'), 'welcome');
    expect(screen.getByRole('heading', { name: '9 containers' })).toBeTruthy();
    expect(
      screen.getByText(
        'Containers get their protection when they are created. Those that exist already stay unprotected, ' +
          'and once stopped can’t be started again while ECI is on, unless you recreate them protected or ' +
          'let them be used.',
      ),
    ).toBeTruthy();
  });

  it('is not shown again after Skip', async () => {
    const { user, bridge } = await renderApp(state('firstRunScan'), 'welcome');
    await user.click(screen.getByRole('button', { name: 'Skip for now' }));
    await waitFor(() => {
      expect(window.location.hash).toBe('#/overview');
    });
    expect(bridge.state().firstRun).toBe('dismissed');
  });

  it('shows what a machine lacks, and prepares no policy that can’t be enforced', async () => {
    const { user } = await renderApp(state('firstRunMissing'), 'welcome');
    expect(screen.queryByRole('tablist')).toBeNull();
    expect(screen.getByText(/Missing: Linux kernel/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /Policy$/ }));
    expect(screen.getByRole('button', { name: 'Review the changes' }).hasAttribute('disabled')).toBe(true);
  });
});
