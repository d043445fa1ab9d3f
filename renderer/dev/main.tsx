import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/400.css';
import '@fontsource/jetbrains-mono/500.css';
import '@fontsource/jetbrains-mono/600.css';
import './all-sentences.ts';
import { mount } from '../app/mount.tsx';
import { entriesOf } from './activity-fixture.ts';
import { fakeBridge } from './fake-bridge.ts';
import { states } from './states.ts';
import { appState } from './app-fixture.ts';
import { documentResponses, documentStates } from './document-fixture.ts';
import { fail } from '../../shared/result.ts';
import { reviewResponses, reviewStates } from './review-fixture.ts';

// `?state=off&lang=zh-CN#/isolation`: the app over an invented state, in a plain browser. Not an entry of the
// build. `bulkheadShow('?state=on&lang=en#/overview')` shows another one in the same window, which saves
// loading everything again; null: none. `?later`: none at first.
const never = () => new Promise<never>(() => undefined);
/** Pending states: no response yet, or a failed request. */
const pendingStates: Record<string, Parameters<typeof fakeBridge>[1]> = {
  waiting: { 'app:state': never },
  simulating: { 'simulate:run': never },
  planning: { 'plan:make': never },
  activityReading: { 'activity:read': never },
  activityReadFailed: {
    'activity:read': () =>
      fail('internal', "activity:read got no answer from the app's main process", {
        reason: 'Error: reply was never sent',
      }),
  },
  sharesLookFailed: {
    'paths:resolve': () =>
      fail('internal', "paths:resolve got no answer from the app's main process", {
        reason: 'Error: reply was never sent',
      }),
  },
  noState: {
    'app:state': () => ({
      ok: false,
      error: {
        code: 'internal',
        message: "app:state got no answer from the app's main process",
        reason: 'Error: reply was never sent',
      },
    }),
  },
};
let unmount = () => {
  /* nothing is shown yet */
};

function show(address: string | null): void {
  unmount();
  unmount = () => {
    /* nothing is shown */
  };
  delete document.body.dataset['painted'];
  delete document.body.dataset['navigated'];
  if (address === null) return;
  const { search, hash } = new URL(address, window.location.href);
  window.location.hash = hash;
  const query = new URLSearchParams(search);
  const name = query.get('state') ?? '';
  const initial = (states[name] ?? reviewStates[name] ?? documentStates[name] ?? appState)();
  const theme = query.get('theme');
  const language = query.get('lang');
  unmount = mount(
    fakeBridge(
      {
        ...initial,
        preferences: {
          ...initial.preferences,
          ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
          ...(language === 'en' || language === 'zh-CN' ? { language } : {}),
        },
      },
      { ...documentResponses(name), ...reviewResponses(name), ...pendingStates[name] },
      entriesOf(name),
    ),
  );
}

if (window.location.search !== '?later') show(window.location.href);
Object.assign(window, { bulkheadShow: show });
