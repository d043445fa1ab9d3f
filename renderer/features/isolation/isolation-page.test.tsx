import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { offText, states } from '../../dev/fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { isRunning } from '../../../shared/containers/protection.ts';

const off = () => {
  const make = states['off'];
  if (make === undefined) throw new Error('no such state');
  return make();
};
const stopped = off().scan?.containers.filter((c) => !isRunning(c)) ?? [];

describe('turning ECI on while containers exist', () => {
  it('asks what should happen to them, and Cancel takes the switch back', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog', { name: '9 containers already exist. What should happen to them?' });
    expect(within(dialog).getByText('9 kept unprotected')).toBeTruthy();
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(store.get().draft).toBe(offText);
    expect(store.get().choices.remove).toEqual([]);
  });

  it('removes all that are stopped on "Remove", but a running one only when it is chosen itself', async () => {
    const { user, store } = await renderApp(off(), 'isolation');
    await user.click(screen.getByRole('switch', { name: 'Enhanced Container Isolation' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    expect(within(dialog).getByText(`${9 - stopped.length} kept unprotected · ${stopped.length} removed`)).toBeTruthy();
    await user.click(within(dialog).getByRole('button', { name: 'Continue to review' }));
    await waitFor(() => { expect(window.location.hash).toBe('#/review'); });
    expect(store.get().choices).toEqual({ remove: stopped.map((c) => c.id), includeRunning: false, removeVolumes: false });
  });

  it('carries a running container that was chosen into the plan', async () => {
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
