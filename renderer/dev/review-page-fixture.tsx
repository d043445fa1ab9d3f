import { states } from './states.ts';
import { renderApp } from './render-app.tsx';
import { planOf, reviewResponses, reviewStates } from './review-fixture.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';

export const state = (name: string): AppState => {
  const make = states[name] ?? reviewStates[name];
  if (make === undefined) throw new Error(`no state ${name}`);
  return make();
};
export const open = (name: string, answers: Parameters<typeof renderApp>[2] = {}) =>
  renderApp(state(name), 'review', { ...reviewResponses(name), ...answers });
export const plan = planOf('turningOn');
