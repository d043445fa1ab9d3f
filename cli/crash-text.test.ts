import { afterEach, expect, it } from 'vitest';
import { setLocale } from './language.ts';
import { crashLines, harmlessCrashLines } from './crash-text.ts';

const at = '2026-03-01T10:00:05.123Z';
afterEach(() => setLocale('en'));

it('a crash that lost no container has one line', async () => {
  const engine = { crash: { at, containers: [], removed: 0 } };
  expect(crashLines(engine, [])).toEqual([]);
  expect(harmlessCrashLines(engine)).toEqual([
    'The engine crashed (2026-03-01 10:00:05 UTC), and was restarted.',
  ]);
  await setLocale('zh-CN');
  expect(harmlessCrashLines(engine)).toEqual(['引擎曾崩溃（2026-03-01 10:00:05 UTC），已自动重启。']);
});

it('a crash that lost containers has none besides theirs', () => {
  expect(harmlessCrashLines({ crash: { at, containers: ['a'], removed: 0 } })).toEqual([]);
  expect(harmlessCrashLines({ crash: { at, containers: [], removed: 1 } })).toEqual([]);
  expect(harmlessCrashLines({ crash: null })).toEqual([]);
});
