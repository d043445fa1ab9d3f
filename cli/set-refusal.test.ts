import { expect, test } from 'vitest';

import { lintSettings } from '../shared/settings/lint/index.ts';
import { setRefusal } from './set-refusal.ts';
import { errorText } from './text.ts';

/** The refusal to write a document's only key, on an engine of ours or on Docker Desktop; null: none. */
function refusal(pointer: string, document: object, settingsFormat: 'engine' | 'desktop' = 'engine') {
  const findings = lintSettings(JSON.stringify({ configurationFileVersion: 2, ...document }), {
    settingsFormat,
    platform: 'linux',
    home: '/home/sam',
  }).filter((finding) => finding.pointer !== '');
  const error = setRefusal(pointer, findings);
  return error === null ? null : errorText(error).split('\n', 1)[0];
}

test.each([
  ['/enhancedContainerIsolation/valu', { enhancedContainerIsolation: { valu: true } }, 'value'],
  ['/bulkhead', { bulkhead: { mod: 'audit' } }, 'mode'],
  ['/bulkhead/mod', { bulkhead: { mod: 'audit' } }, 'mode'],
])('an unknown key is refused with the closest known one: %s', (pointer, document, closest) => {
  const unknown = pointer === '/bulkhead' ? '/bulkhead/mod' : pointer;
  const known = `${unknown.slice(0, unknown.lastIndexOf('/'))}/${closest}`;
  expect(refusal(pointer, document)).toBe(`error: ${unknown} is not a known setting: did you mean ${known}?`);
});

test('an unknown key that is similar to no known one is refused without a suggestion', () => {
  expect(refusal('/zebra', { zebra: 1 })).toBe('error: /zebra is not a known setting');
});

test('keys of Docker Desktop are known ones, also those that its reference does not list', () => {
  expect(refusal('/exposeDockerAPIOnTCP2375', { exposeDockerAPIOnTCP2375: { value: true } })).toBeNull();
  expect(refusal('/autoStart', { autoStart: { value: true } })).toBeNull();
  // There it may be the name of any of its settings.
  expect(refusal('/zebra', { zebra: 1 }, 'desktop')).toBeNull();
  expect(refusal('/blockDockerLoda', { blockDockerLoda: 1 }, 'desktop')).not.toBeNull();
});

test('a value of a wrong type is refused for that', () => {
  expect(
    refusal('/enhancedContainerIsolation/value', { enhancedContainerIsolation: { value: 'yes' } }),
  ).toMatch(
    /^error: the value of \/enhancedContainerIsolation\/value is not one that it can have: .*true or false/,
  );
});
