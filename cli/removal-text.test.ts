import { expect, test } from 'vitest';
import { message, sentenceOf } from '../shared/messages/message.ts';
import { removalText } from './removal-text.ts';

test('a running container that was not removed comes with the option that removes it', () => {
  const running = message('containers.running-not-removed');
  expect(
    removalText({ id: 'a', name: 'web', removed: false, error: running.text, ...sentenceOf(running) }),
  ).toBe(
    'not removed: web: it is running, and only stopped containers were to be removed. ' +
      'Add --include-running to stop and remove it.',
  );
  expect(removalText({ id: 'a', name: 'web', removed: false, error: 'device or resource busy' })).toBe(
    'not removed: web: device or resource busy',
  );
});

test('the sentence itself names no option: the window shows it, too', () => {
  expect(message('containers.running-not-removed').text).not.toMatch(/--|\bsay\b/);
});
