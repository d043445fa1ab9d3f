import { act, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../dev/render-app.tsx';
import { appState } from '../../dev/app-fixture.ts';
import { appliedText, brokenDraft, retainedPolicyFacts, settingsState } from '../../dev/settings-fixture.ts';
import { namedState } from '../../dev/states.ts';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import { verification } from '../../dev/verification-fixture.ts';

/** What a run finds while no image may mount the socket: nothing remains that it could not try. */
const withoutSocketMounts = {
  ...verification,
  claims: verification.claims.map((claim) =>
    claim.id === 'A11-through-socket' ? { ...claim, verdict: 'pass' as const } : claim,
  ),
};

const cells = async (workload: RegExp): Promise<string> => {
  const table = await screen.findByRole('table', { name: 'What is protected on this engine' });
  return within(table).getByRole('row', { name: workload }).textContent;
};

it('shows what was probed for each row, and which rows were not', async () => {
  await renderApp(appState({ verification }), 'overview');
  expect(await cells(/docker run/)).toMatch(/Protected.*Checked in containers · /);
  expect(await cells(/docker driver/)).toMatch(/Checked in both builders · /);
  expect(await cells(/^Docker socket mounts/)).toMatch(/Mount tried and denied · /);
  expect(await cells(/KinD/)).toMatch(/On, not verified.*Not tried here; a privileged container passed/);
  expect(await cells(/docker-container driver/)).toMatch(/Not tried here/);
});

it('does not show socket mounts as protected if any image may have one', async () => {
  const claims = verification.claims.map((claim) =>
    claim.id === 'B1-socket-refused' ? { ...claim, verdict: 'limited' as const } : claim,
  );
  await renderApp(appState({ verification: { ...verification, claims } }), 'overview');
  expect(await cells(/^Docker socket mounts/)).toMatch(
    /On, not verified.*Any image may; only the engine’s own/,
  );
});

it('shows socket mounts, and what needs one, as not allowed if no image may mount it', async () => {
  const images = /"images": \[[^\]]*\]/;
  const text = appliedText.replace(images, '"images": []');
  await renderApp(appState({ verification: withoutSocketMounts, settings: settingsState(text) }), 'overview');
  expect(await cells(/through a mounted socket/)).toMatch(/Not allowed.*Mount tried and denied · /);
  expect(await cells(/^Docker socket mounts/)).toMatch(/Not allowed.*Mount tried and denied · /);
});

it('shows socket mounts as in the policy in force while the file is deleted or can’t be used', async () => {
  for (const name of ['brokenFile', 'deletedFile']) {
    const { settings } = namedState(name);
    const recorded = recordedPolicy({ ...settings.policyFacts.recorded, socketMounts: false });
    const policyFacts = { ...settings.policyFacts, recorded };
    const state = appState({ verification: withoutSocketMounts, settings: { ...settings, policyFacts } });
    await renderApp(state, 'overview');
    expect(await cells(/through a mounted socket/)).toMatch(/Not allowed.*Mount tried and denied · /);
    expect(await cells(/^Docker socket mounts/)).toMatch(/Not allowed.*Mount tried and denied · /);
  }
});

it('shows the evidence for a policy that is still enforced while the file can’t be used', async () => {
  await renderApp(namedState('brokenFile'), 'overview');
  expect(await cells(/docker run/)).toMatch(/Protected.*Checked in containers · /);
  expect(screen.getByText(/ECI\) is on and locked\. .*passed in real containers/)).toBeTruthy();
});

it('ignores a verification for an unknown policy, or for a gateway that is locked down', async () => {
  const unknown = settingsState(brokenDraft);
  await renderApp(appState({ verification, settings: unknown }), 'overview');
  expect(await cells(/docker run/)).toMatch(/On, not verified.*No check yet/);
  expect(screen.queryByText(/passed in real containers/)).toBeNull();
  const recorded = recordedPolicy({ hash: null, problem: { kind: 'unusable', text: 'x' } });
  const lockedDown = settingsState(brokenDraft, { policyFacts: { ...retainedPolicyFacts, recorded } });
  await renderApp(appState({ verification, settings: lockedDown }), 'overview');
  expect(await cells(/docker run/)).toMatch(/On, not verified.*No check yet/);
});

it('counts existing containers while the settings file is deleted, and after its return', async () => {
  const { bridge } = await renderApp(namedState('deletedFile'), 'overview');
  expect(await cells(/^Containers created before ECI/)).toMatch(/Unprotected3 found$/);
  act(() => {
    bridge.emit('changed', { settings: namedState('protected').settings });
  });
  expect(await cells(/^Containers created before ECI/)).toMatch(/Unprotected3 found$/);
});

it('says why a check that has passed is not enough, in each mode', async () => {
  for (const [state, why] of [
    ['bypassed', /On, not verified.*but clients can bypass the gateway$/],
    ['otherRuntime', /On, not verified.*but the default runtime would not isolate$/],
    ['audit', /Audit mode.*Rules deny nothing$/],
  ] as const) {
    await renderApp(namedState(state), 'overview');
    expect(await cells(/docker run/)).toMatch(why);
    expect(await cells(/docker driver/)).toMatch(why);
  }
});

it('shows nothing as unprotected if there are no existing containers', async () => {
  await renderApp(
    appState({ verification, scan: { at: '', durationMs: 1, eci: true, containers: [] } }),
    'overview',
  );
  expect(await cells(/^Containers created before ECI/)).toMatch(/ECINoneNone found$/);
});

it('the coverage is sorted by state, and back in the original order', async () => {
  const { user } = await renderApp(appState({ verification }), 'overview');
  const table = await screen.findByRole('table', { name: 'What is protected on this engine' });
  const rows = () =>
    within(table)
      .getAllByRole('row')
      .slice(1)
      .map((row) => row.textContent);
  const before = rows();
  const head = within(table).getByRole('button', { name: 'State' });
  await user.click(head);
  const sorted = rows();
  expect(sorted).not.toEqual(before);
  expect(sorted.toSorted()).toEqual(before.toSorted());
  await user.click(head);
  expect(rows()).not.toEqual(sorted);
  await user.click(head);
  expect(rows()).toEqual(before);
});
