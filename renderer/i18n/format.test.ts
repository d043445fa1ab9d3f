import type { TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { formatElapsed } from './format.ts';

// The keys themselves, with their values: their translation is tested in i18n.
const t = ((key: string, params: object) =>
  [key, ...Object.values(params)].join(' ')) as unknown as TFunction;

it('gives the seconds of a wait, up to ten minutes', () => {
  expect([20, 59.7, 81, 599, 600].map((seconds) => formatElapsed(t, seconds))).toEqual([
    'time.seconds 20',
    'time.minutesAndSeconds 1 0',
    'time.minutesAndSeconds 1 21',
    'time.minutesAndSeconds 9 59',
    'time.minutes 10',
  ]);
});
