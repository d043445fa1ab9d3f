import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderApp } from '../../dev/render-app.tsx';
import { fail, ok, type Result } from '../../../shared/result.ts';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { typeInto, field } from '../../dev/file-sharing-page-fixture.tsx';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import { namedState } from '../../dev/states.ts';

describe('the tester', () => {
  type WouldMountResult = Result<IpcOutput<'paths:would-mount'>>;
  const answer = (allowed: boolean, code: string, real: string, share: string | null): WouldMountResult =>
    ok({ allowed, code, real, share, denial: null });
  const tryPath = () => screen.getByRole('textbox', { name: 'Host path to try' });
  /** The text of the result: the verdict and its reason. */
  const status = () => tryPath().closest('section')?.querySelector('[role=status]')?.textContent ?? '';

  it('shows only the response to the latest request, in any order of arrival', async () => {
    const waiting = new Map<string, (answer: WouldMountResult) => void>();
    const { user } = await renderApp(namedState('protected'), 'file-sharing', {
      'paths:would-mount': ({ path }) =>
        new Promise<WouldMountResult>((resolve) => {
          waiting.set(path, resolve);
        }),
    });
    await typeInto(user, tryPath(), '/opt');
    await waitFor(() => {
      expect(waiting.has('/opt')).toBe(true);
    });
    await typeInto(user, tryPath(), '/data');
    await waitFor(() => {
      expect(waiting.has('/opt/data')).toBe(true);
    });
    await act(async () => {
      waiting.get('/opt/data')?.(answer(false, 'bind-not-shared', '/opt/data', null));
    });
    expect(await screen.findByText('It is in no shared directory.')).toBeTruthy();
    await act(async () => {
      waiting.get('/opt')?.(answer(true, 'allowed', '/opt', '/opt'));
    });
    expect(status()).toBe('NoIt is in no shared directory.');
  });

  it('shows no result for a draft that main does not have', async () => {
    const { user, store, bridge } = await renderApp(namedState('protected'), 'file-sharing', {
      'settings:set-draft': () => fail('settings.unwritable', 'No space left on device.'),
    });
    act(() => {
      store.setDraft(`${store.get().draft}\n`);
    });
    await typeInto(user, tryPath(), '/home/sam');
    expect((await screen.findByRole('alert')).textContent).toContain('No space left on device.');
    expect(status()).not.toContain('Yes');
    expect(bridge.calls.some(({ name }) => name === 'paths:would-mount')).toBe(false);
  });

  it('says that a device that every container has needs no share', async () => {
    const { user } = await renderApp(namedState('protected'), 'file-sharing', {
      'paths:would-mount': ({ path }) => answer(true, 'default-device', path, null),
    });
    await typeInto(user, tryPath(), '/dev/null');
    await waitFor(() => {
      expect(status()).toBe('YesIt is a device that every container has: it needs no share.');
    });
  });

  it('never shows a result for a previous input', async () => {
    const { user } = await renderApp(namedState('protected'), 'file-sharing');
    await typeInto(user, tryPath(), '/home/sam');
    await waitFor(() => {
      expect(status()).toMatch(/^Yes/);
    });
    await user.clear(tryPath());
    await typeInto(user, tryPath(), '/o');
    expect(status()).not.toContain('Yes');
    await waitFor(() => {
      expect(status()).toMatch(/^No/);
    });
  });

  it('tests the shown draft, then the applied settings; shows a link’s target', async () => {
    const { user } = await renderApp(namedState('protected'), 'file-sharing');
    await typeInto(user, tryPath(), '/home/sam/link');
    await waitFor(() => {
      expect(status()).toBe('NoIt leads to /opt/data, which isn’t shared.');
    });
    await typeInto(user, field(), '/opt/data');
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(status()).toBe('YesIt leads to /opt/data, inside /opt/data.');
    });
    await user.click(screen.getByRole('button', { name: 'Applied' }));
    await waitFor(() => {
      expect(status()).toBe('NoIt leads to /opt/data, which isn’t shared.');
    });
  });

  it('tests the policy in force while the settings file is deleted; again if it changes', async () => {
    let enforced = answer(false, 'bind-not-shared', '/opt', null);
    const { user, bridge } = await renderApp(namedState('deletedFile'), 'file-sharing', {
      'paths:would-mount': ({ against }) =>
        against === 'applied' ? enforced : answer(true, 'eci-off', '/opt', null),
    });
    expect(screen.getByRole('button', { name: 'In force' }).getAttribute('aria-pressed')).toBe('true');
    await typeInto(user, tryPath(), '/opt');
    expect(await screen.findByText('It is in no shared directory.')).toBeTruthy();
    expect(bridge.calls.filter(({ name }) => name === 'paths:would-mount').map(({ input }) => input)).toEqual(
      [{ path: '/opt', against: 'applied' }],
    );
    await user.click(screen.getByRole('button', { name: 'Draft' }));
    expect(await screen.findByText('ECI is off in this draft: no mount would be checked.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'In force' }));
    expect(await screen.findByText('It is in no shared directory.')).toBeTruthy();
    // The gateway was restarted: without the file it enforces nothing.
    enforced = answer(true, 'eci-off', '/opt', null);
    const { settings } = bridge.state();
    const recorded = recordedPolicy({ hash: '', eci: false, locked: false });
    act(() => {
      bridge.emit('changed', {
        settings: { ...settings, policyFacts: { ...settings.policyFacts, recorded } },
      });
    });
    expect(await screen.findByText('ECI is off: no mount is checked.')).toBeTruthy();
  });
});
