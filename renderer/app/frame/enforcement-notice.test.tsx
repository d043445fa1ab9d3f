import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { documentResponses, documentStates } from '../../dev/document-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import {
  appliedText,
  editedDraft,
  offText,
  retainedPolicyFacts,
  settingsState,
} from '../../dev/settings-fixture.ts';
import { namedState } from '../../dev/states.ts';
import { accessDenied, notText, ok } from '../../../shared/result.ts';

describe('a settings file that was deleted while ECI is on', () => {
  it('raises an alarm that names what is enforced and what the next start does', async () => {
    await renderApp(namedState('deletedFile'), 'overview');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'Still on, from version 11: the settings file was deleted',
    );
    const alarm = screen.getByRole('alert');
    expect(alarm.textContent).toContain('The settings file was deleted');
    expect(alarm.textContent).toContain('The gateway keeps enforcing version 11, with ECI on.');
    expect(alarm.textContent).toContain('A restart does not change that.');
    expect(screen.getAllByText(/The gateway keeps enforcing version 11/)).toHaveLength(1);
    expect(screen.queryByText('Off: root in a container is root on the host')).toBeNull();
    expect(screen.queryByText('ECI is off')).toBeNull();
  });

  it('keeps showing the lock of the version that is enforced', async () => {
    await renderApp(namedState('deletedFile'), 'overview');
    expect(screen.getByText('Users can’t change it')).toBeTruthy();
    expect(screen.queryByText('Users may change it')).toBeNull();
  });

  it('restores the version that is in force: it becomes the draft, and is reviewed', async () => {
    const { user, bridge } = await renderApp(namedState('deletedFile'), 'overview', {
      'history:read': () => ok({ text: appliedText }),
    });
    await user.click(screen.getByRole('button', { name: 'Restore version 11' }));
    await waitFor(() => {
      expect(bridge.state().settings.draft).toBe(appliedText);
    });
    expect(window.location.hash).toContain('review');
  });

  it('offers that on every other page, too', async () => {
    await renderApp(namedState('deletedFile'), 'json');
    const alarm = screen.getByRole('alert');
    expect(within(alarm).getByRole('button', { name: 'Restore version 11' })).toBeTruthy();
  });
});

it('a settings file that cannot be used raises the alarm once', async () => {
  await renderApp(namedState('brokenFile'), 'overview');
  expect(screen.getAllByRole('alert')).toHaveLength(1);
  expect(screen.getByRole('alert').textContent).toContain('The next start locks down');
  expect(screen.getByRole('button', { name: 'Restore version 11' })).toBeTruthy();
  expect(screen.getAllByRole('button', { name: /Open JSON/ })).toHaveLength(1);
});

it('a settings file that this user may not read is no alarm', async () => {
  const readError = { code: 'settings.unreadable', message: 'no', params: { ...accessDenied } } as const;
  const settings = settingsState('', { exists: true, readError, policyFacts: retainedPolicyFacts });
  await renderApp(appState({ settings }), 'overview');
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('On, but not verified');
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByText('You may not read the settings file')).toBeTruthy();
  expect(document.body.textContent).not.toMatch(/cannot be used|locks down|not usable/);
});

it('an edited draft is replaced only in History, which shows the version; the file is not kept', async () => {
  const broken = documentStates['historyUnusable']?.() ?? appState();
  const state = {
    ...broken,
    settings: { ...broken.settings, draft: editedDraft, base: offText, conflict: true },
  };
  const { user, bridge } = await renderApp(state, 'overview', documentResponses('historyFound'));
  await user.click(screen.getByRole('button', { name: 'Restore version 6' }));
  const version = await screen.findByRole('region', { name: 'Version 6' });
  expect(bridge.state().settings.draft).toBe(editedDraft);
  await user.click(await within(version).findByRole('button', { name: /Roll back/ }));
  await waitFor(() => {
    expect(window.location.hash).toContain('review');
  });
  expect(bridge.state().settings.draft).not.toBe(editedDraft);
  expect(bridge.state().settings).toMatchObject({ conflict: false });
});

it('a settings file that is not text can be restored, also in History', async () => {
  const broken = documentStates['historyUnusable']?.() ?? appState();
  const { path } = broken.settings;
  const readError = {
    code: 'settings.unreadable',
    message: 'no text',
    params: { path, ...notText },
  } as const;
  const settings = { ...broken.settings, applied: '', draft: '', base: '', readError };
  const { user, bridge } = await renderApp(
    { ...broken, settings },
    'history',
    documentResponses('historyFound'),
  );
  expect(screen.getByRole('button', { name: 'Restore version 6' })).toBeTruthy();
  await user.click(await screen.findByRole('button', { name: /^Version 6\b/ }));
  const version = await screen.findByRole('region', { name: 'Version 6' });
  await user.click(await within(version).findByRole('button', { name: /Roll back/ }));
  await screen.findByRole('heading', { level: 1, name: 'Review & apply' });
  await waitFor(() => {
    expect(bridge.state().settings.draft).toContain('configurationFileVersion');
  });
  // The review shows the plan of that draft, not that the file cannot be read.
  expect(within(screen.getByRole('main')).queryByText('The settings file cannot be used')).toBeNull();
});

it('no alarm is raised while the file is what is in force', async () => {
  await renderApp(appState(), 'overview');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('the Isolation page does not show isolation as off while the gateway keeps enforcing it', async () => {
  await renderApp(namedState('deletedFile'), 'isolation');
  expect(screen.getByText(/^Off in these settings\. The gateway keeps enforcing it\.$/)).toBeTruthy();
  expect(screen.queryByText(/Now off/)).toBeNull();
});
