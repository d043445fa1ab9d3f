import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { completeSettings, type AssistLabels } from './editor-assist.ts';

const labels: AssistLabels = { about: () => '', facts: () => [], suggestion: () => '', kind: () => '' };

it('compares names as they are typed, with their quote or without, so that they match from the start', () => {
  for (const typed of ['"pro', 'pro']) {
    const state = EditorState.create({ doc: `{ ${typed}` });
    const found = completeSettings(labels, 'desktop')(new CompletionContext(state, state.doc.length, true));
    const proxy = found?.options.find(({ displayLabel }) => displayLabel === '"proxy"');
    expect(proxy?.label.startsWith(typed)).toBe(true);
    expect(state.sliceDoc(found?.from)).toBe(typed);
  }
});

it('offers nothing when a comma ends an entry, and something once the next one begins, or on request', () => {
  const offered = (doc: string, explicit: boolean) => {
    const state = EditorState.create({ doc });
    return completeSettings(labels, 'desktop')(new CompletionContext(state, doc.length, explicit)) !== null;
  };
  const ended = '{ "configurationFileVersion": 2,';
  expect(offered(ended, false)).toBe(false);
  expect(offered(ended, true)).toBe(true);
  expect(offered(`${ended} "`, false)).toBe(true);
});
