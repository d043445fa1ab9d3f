import type { TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { diffSettings } from '../../shared/settings/diff.ts';
import { review as en } from '../../shared/messages/window/en/review.ts';
import { describeChange, valueLabel } from './describe-change.ts';

// The keys themselves: their translation is tested in i18n.
const t = ((key: string) => key) as unknown as TFunction;

it('shows choices by their labels, and whether commands are denied or allowed', () => {
  const [mode] = diffSettings('{}', '{"bulkhead":{"mode":"audit"}}');
  const [added] = diffSettings(
    '{}',
    '{"enhancedContainerIsolation":{"dockerSocketMount":{"commandList":{"commands":["push"]}}}}',
  );
  if (mode === undefined || added === undefined) throw new Error('no change');
  expect(describeChange(t, mode)).toMatchObject({ after: 'isolation.mode.auditOption' });
  const types = { before: 'deny', after: 'allow' } as const;
  expect(describeChange(t, added, types)).toMatchObject({ setting: 'review.commands.allow' });
  expect(describeChange(t, { ...added, kind: 'removed' }, types)).toMatchObject({
    setting: 'review.commands.deny',
  });
});

it('shows switches, languages and lists of one image in words', () => {
  const texts = (before: object, after: object) =>
    diffSettings(document(before), document(after)).map((change) => describeChange(t, change));
  expect(texts({}, { language: 'zh-CN' })).toMatchObject([{ after: 'preferences.language.zh-CN' }]);
  const list = { image: 'docker:cli', type: 'allow', commands: ['ps', 'logs'] };
  expect(texts({ perImageCommandLists: [] }, { perImageCommandLists: [list] })).toMatchObject([
    { after: 'review.changes.imageList.allow' },
  ]);
  // Nothing of an entry is left out.
  const scoped = { ...list, scope: 'own' };
  expect(texts({ perImageCommandLists: [] }, { perImageCommandLists: [scoped] })).toMatchObject([
    { after: JSON.stringify(scoped) },
  ]);
  expect(valueLabel(t, '/enhancedContainerIsolation/locked', false)).toBe('review.changes.off');
  expect(valueLabel(t, '/proxy/http', 'x')).toBeNull();
});

it.each(['toString', 'valueOf', '__proto__', 'constructor'])(
  'shows a choice of unknown name %s as it is',
  (name) => {
    const [change] = diffSettings('{}', JSON.stringify({ bulkhead: { mode: name } }));
    if (change === undefined) throw new Error('no change');
    expect(describeChange(t, change)).toMatchObject({ after: name });
  },
);

it('does not show a list by the label of a choice in it', () => {
  const [mode] = diffSettings('{}', '{"bulkhead":{"mode":"audit"}}');
  if (mode === undefined) throw new Error('no change');
  const change = { ...mode, after: ['audit'] };
  expect(describeChange(t, change)).not.toMatchObject({ after: 'isolation.mode.auditOption' });
});

const document = (bulkhead: object) => JSON.stringify({ bulkhead });

it('every key of "bulkhead" has a text in the review (B7)', () => {
  const before = document({});
  const after = document({
    backend: 'exclusive',
    mode: 'audit',
    existingContainers: 'warn',
    hideEnvironment: 'always',
    socketMounts: { scope: 'own' },
    perImageCommandLists: [{ image: 'docker:cli', type: 'deny', commands: ['push'], scope: 'own' }],
  });
  const later = document({
    perImageCommandLists: [{ image: 'docker:cli', type: 'allow', commands: ['push', 'ps'] }],
  });
  const changes = [...diffSettings(before, after), ...diffSettings(after, later)].map((change) =>
    describeChange(t, change),
  );
  expect(changes.length).toBeGreaterThan(8);
  for (const text of changes) {
    expect(text, text.setting).toMatchObject({ isKnownKey: true });
    expect(Object.keys(en.setting)).toContain(text.setting.replace('review.setting.', ''));
  }
});
