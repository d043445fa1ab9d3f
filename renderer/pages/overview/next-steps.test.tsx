import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../dev/render-app.tsx';
import { namedState } from '../../dev/states.ts';

it('a file that is no JSON is shown with its line, and a caret under the place', async () => {
  await renderApp(namedState('brokenFile'), 'overview');
  const excerpt = screen.getByLabelText('Line 9, column 35');
  expect(excerpt.tagName).toBe('PRE');
  const [code = '', pointer = ''] = excerpt.textContent.split('\n');
  expect(code).toContain('"allowDerivedImages": true,');
  expect(pointer).toMatch(/^ *\^+$/);
  const isSentence = (text: string) => /^The settings file can.t be read: line 9/.test(text);
  expect(screen.getByText((text) => isSentence(text) && !text.includes('^'))).toBeTruthy();
});
