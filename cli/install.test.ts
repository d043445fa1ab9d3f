import { describe, expect, it } from 'vitest';
import { describeInstallPlan } from './install.ts';

describe('the plan of an installation', () => {
  it.each([true, false])('says if it is not known which containers stop: %s', (stopsUnknown) => {
    const described = describeInstallPlan({
      ...{ action: 'install', installed: false, prepared: false, files: [], restartsEngine: true },
      ...{ stops: [], restarts: [], keepRunning: [], unstartable: [], blockers: [] },
      stopsUnknown,
    });
    expect(described.includes('not known which containers stop')).toBe(stopsUnknown);
  });
});
