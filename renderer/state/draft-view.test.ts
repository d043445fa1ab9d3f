import { expect, it } from 'vitest';
import { appState } from '../dev/app-fixture.ts';
import { fakeBridge } from '../dev/fake-bridge.ts';
import { settingsState } from '../dev/settings-fixture.ts';
import { deriveDraft } from './draft-view.ts';
import { createAppStore } from './store.ts';

const text = (eci: boolean, locked: boolean, mode: string) =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { value: eci, locked },
    bulkhead: { mode },
  });

it('marks only the user’s own changes while another program’s are in conflict with the draft', async () => {
  const [base, theirs, mine] = [
    text(true, true, 'enforce'),
    text(true, false, 'enforce'),
    text(true, true, 'audit'),
  ];
  const settings = settingsState(theirs, { base, draft: mine, conflict: true });
  const app = appState({ settings });
  const store = createAppStore(fakeBridge(app, {}));
  await store.load();
  const draft = () => deriveDraft(store, store.get(), app);
  expect(draft().changes.map(({ pointer }) => pointer)).toEqual(['/bulkhead/mode']);
  expect(draft().isEdited('/enhancedContainerIsolation/locked')).toBe(false);
  expect(draft().dirty).toBe(true);
  draft().revert('/bulkhead/mode');
  expect(draft().text).toBe(base);
});
