import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { appState, off } from '../../dev/app-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { state } from '../../dev/review-page-fixture.tsx';
import { namedState } from '../../dev/states.ts';

const indexOf = (text: string | RegExp): number => {
  const all = [...document.querySelectorAll('*')];
  return all.indexOf(screen.getByText(text));
};

it('unprotected containers come before the report of an apply that succeeded', async () => {
  await renderApp({ ...appState(), run: state('applied').run }, 'overview');
  expect(indexOf(/containers are not protected$/)).toBeLessThan(indexOf(/^Version \d+ was applied$/));
});

it('the report of an apply that was rolled back comes first', async () => {
  await renderApp({ ...appState(), run: state('rolledBack').run }, 'overview');
  expect(indexOf('An apply was rolled back')).toBeLessThan(indexOf(/containers are not protected$/));
});

it('says why containers are unprotected also by a scan from before ECI was on again', async () => {
  await renderApp({ ...appState(), scan: appState(off()).scan }, 'overview');
  expect(screen.getByText('9 containers are not protected')).toBeTruthy();
  expect(screen.getByText('9 created before ECI was turned on.')).toBeTruthy();
  const row = await screen.findByRole('row', { name: /^Containers created before ECI/ });
  expect(row.textContent).toMatch(/Unprotected9 found$/);
});

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
