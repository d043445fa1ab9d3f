import { describe, expect, it } from 'vitest';
import { withExtensions } from './engine-api.ts';

describe('what the engine tells of its extensions', () => {
  it.each<[string, Parameters<typeof withExtensions>[0], ReturnType<typeof withExtensions>]>([
    ['an engine of API 1.43', {}, {}],
    ['Docker 26: CDI is off', { CDISpecDirs: [] }, {}],
    ['CDI', { CDISpecDirs: ['/etc/cdi', '/var/run/cdi'] }, { extensions: ['cdi'] }],
    [
      'NRI',
      { NRI: { Info: [['plugin-path', '/opt/nri/plugins']] }, CDISpecDirs: null },
      { extensions: ['nri'] },
    ],
    ['both', { NRI: {}, CDISpecDirs: ['/etc/cdi'] }, { extensions: ['nri', 'cdi'] }],
    ['NRI is off', { NRI: null }, {}],
  ])('%s', (_name, info, expected) => {
    expect(withExtensions(info)).toEqual(expected);
  });
});
