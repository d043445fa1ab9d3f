import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { completeSettings, type AssistLabels } from './editor-assist.ts';

const labels: AssistLabels = { about: () => '', facts: () => [], suggestion: () => '', kind: () => '' };

it('compares names with or without quotes, as typed, so that prefixes match', () => {
  for (const typed of ['"pro', 'pro']) {
    const state = EditorState.create({ doc: `{ ${typed}` });
    const found = completeSettings(labels, 'desktop')(new CompletionContext(state, state.doc.length, true));
    const proxy = found?.options.find(({ displayLabel }) => displayLabel === '"proxy"');
    expect(proxy?.label.startsWith(typed)).toBe(true);
    expect(state.sliceDoc(found?.from)).toBe(typed);
  }
});

it('suggests nothing when a comma ends an entry, but once the next one is begun, or on request', () => {
  const offered = (doc: string, explicit: boolean) => {
    const state = EditorState.create({ doc });
    return completeSettings(labels, 'desktop')(new CompletionContext(state, doc.length, explicit)) !== null;
  };
  const ended = '{ "configurationFileVersion": 2,';
  expect(offered(ended, false)).toBe(false);
  expect(offered(ended, true)).toBe(true);
  expect(offered(`${ended} "`, false)).toBe(true);
});
