import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { deviceDenials, refusedItem } from '../../dev/refused-item.ts';
import { open, plan } from '../../dev/review-page-fixture.tsx';
import { blocker, keepAllContainers, type ApplyPlan } from '../../../shared/apply/plan.ts';
import { message } from '../../../shared/messages/message.ts';
import { ok } from '../../../shared/result.ts';

describe('a plan with a recreation that the gateway denies', () => {
  it('says why a container can’t be recreated, and offers to leave it or to open the setting', async () => {
    const refused = refusedItem({ id: 'etc', name: 'etcmount', image: 'busybox' });
    const blockedPlan: ApplyPlan = {
      ...plan,
      blocked: true,
      blockers: [blocker('recreation', message('apply.recreation-denied', { list: 'etcmount' }))],
      recreation: { groups: [[refused]], blocked: true },
    };
    const { store, user, bridge } = await open('turningOn', {
      'plan:make': ({ choices }) => ok(choices.recreate?.includes('etc') === true ? blockedPlan : plan),
    });
    act(() => {
      store.setChoices({ ...keepAllContainers, recreate: ['etc', 'other'] });
    });
    const alert = within(await screen.findByRole('alert'));
    expect(alert.getByText(/^etcmount: .*bind mount of \/etc is blocked/)).toBeTruthy();
    expect(alert.getByRole('button', { name: 'Open File sharing' })).toBeTruthy();
    await user.click(alert.getByRole('button', { name: 'Leave etcmount as it is' }));
    await waitFor(() => {
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Apply' }).disabled).toBe(false);
    });
    expect(screen.queryByText('This can’t be applied')).toBeNull();
    // Not the document's beginning.
    expect(document.activeElement?.textContent).toBe('Back to editing');
    expect(screen.getByText('etcmount is left as it is.').getAttribute('aria-live')).toBe('polite');
    expect(bridge.calls.findLast(({ name }) => name === 'plan:make')?.input).toMatchObject({
      choices: { recreate: ['other'] },
    });
  });

  it('offers the page of every setting that would allow it, and no other', async () => {
    const devices = refusedItem({ id: 'tty', name: 'ttys', image: 'busybox' }, deviceDenials);
    const blockedPlan: ApplyPlan = {
      ...plan,
      blocked: true,
      blockers: [blocker('recreation', message('apply.recreation-denied', { list: 'ttys' }))],
      recreation: { groups: [[devices]], blocked: true },
    };
    const { user } = await open('turningOn', { 'plan:make': () => ok(blockedPlan) });
    const alert = within(await screen.findByRole('alert'));
    // A line each, counted where the page says how many there are.
    expect(alert.getAllByRole('listitem')).toHaveLength(3);
    expect(screen.getByText('3 reasons above block applying')).toBeTruthy();
    expect(alert.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
      'Leave ttys as it is',
      'Open Isolation',
    ]);
    await user.click(alert.getByRole('button', { name: 'Open Isolation' }));
    expect(window.location.hash).toBe('#/isolation?pointer=%2Fbulkhead%2Fdevices');
  });
});
