import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { startI18n } from '../../i18n/index.ts';
import { ConfirmSharesDialog } from './confirm-shares-dialog.tsx';

afterEach(cleanup);

it('passes on what was typed, which main compares with the shares of its own plan', async () => {
  startI18n();
  const confirmed: unknown[] = [];
  render(
    <ConfirmSharesDialog
      open
      paths={['/', '//']}
      findings={[]}
      onCancel={() => undefined}
      onConfirm={(typed) => {
        confirmed.push(typed);
      }}
    />,
  );
  const user = userEvent.setup();
  const confirm = screen.getAllByRole<HTMLButtonElement>('button').at(-1);
  if (confirm === undefined) throw new Error('the dialog has no button');
  for (const [index, field] of screen.getAllByRole('textbox').entries()) {
    expect(confirm.disabled).toBe(true);
    await user.type(field, index === 0 ? '/' : '//');
  }
  await user.click(confirm);
  expect(confirmed).toEqual([['/', '//']]);
});
