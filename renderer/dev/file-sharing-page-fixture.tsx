import { screen } from '@testing-library/react';
import { renderApp } from './render-app.tsx';

export const field = () => screen.getByRole('textbox', { name: 'Directory to share' });
/** As from the clipboard: one input event, not one for each letter. */
export const typeInto = async (
  user: Awaited<ReturnType<typeof renderApp>>['user'],
  into: HTMLElement,
  text: string,
) => {
  await user.click(into);
  await user.paste(text);
};
