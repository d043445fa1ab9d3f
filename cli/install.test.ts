import { afterEach, describe, expect, it } from 'vitest';
import { describeInstallPlan } from './install.ts';
import { setLocale } from './language.ts';

afterEach(() => setLocale('en'));

describe('the plan of an installation', () => {
  it.each([true, false])('says if it is not known which containers stop: %s', (stopsUnknown) => {
    const described = describeInstallPlan({
      ...{ action: 'install', installed: false, prepared: false, files: [], restartsEngine: true },
      ...{ stops: [], restarts: [], keepRunning: [], unstartable: [], blockers: [] },
      stopsUnknown,
    });
    expect(described.includes('not known which containers stop')).toBe(stopsUnknown);
  });

  it('separates names as the language does', async () => {
    await setLocale('zh-CN');
    const described = describeInstallPlan({
      ...{ action: 'install', installed: false, prepared: false, files: [], restartsEngine: true },
      ...{ stops: ['a', 'b'], restarts: [], keepRunning: [], unstartable: [], blockers: [] },
      stopsUnknown: false,
    });
    expect(described).toContain('：a、b');
  });
});
