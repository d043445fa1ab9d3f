import { describe, expect, it } from 'vitest';
import { describeEngine, type EngineInfo } from './engine-info.ts';

const info: EngineInfo = {
  Containers: 3,
  ContainersRunning: 2,
  Images: 7,
  Driver: 'overlay2',
  KernelVersion: '6.12.0',
  OperatingSystem: 'Debian GNU/Linux 13',
  DefaultRuntime: 'runc',
  ServerVersion: '26.1.5',
};

describe('information about the engine', () => {
  it('becomes the members of a status; the version is from GET /version if that was read', () => {
    const described = {
      version: '26.1.5',
      apiVersion: null,
      kernel: '6.12.0',
      os: 'Debian GNU/Linux 13',
      storageDriver: 'overlay2',
      defaultRuntime: 'runc',
      counts: { containers: 3, running: 2, images: 7 },
    };
    expect(describeEngine(info)).toEqual(described);
    expect(describeEngine(info, { Version: '26.1.5+dfsg1', ApiVersion: '1.45' })).toEqual({
      ...described,
      version: '26.1.5+dfsg1',
      apiVersion: '1.45',
    });
  });

  it('is null if unknown', () => {
    expect(Object.values(describeEngine(null)).every((value) => value === null)).toBe(true);
  });

  it('includes whether live-restore is in force, if the engine reports it', () => {
    expect(describeEngine({ ...info, LiveRestoreEnabled: true }).liveRestore).toBe(true);
    expect(describeEngine({ ...info, LiveRestoreEnabled: false }).liveRestore).toBe(false);
    expect(describeEngine(info)).not.toHaveProperty('liveRestore');
  });

  it.each<[string, Partial<EngineInfo>, object]>([
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
  ])('extensions: %s', (_name, more, expected) => {
    const { extensions } = describeEngine({ ...info, ...more });
    expect(extensions === undefined ? {} : { extensions }).toEqual(expected);
  });
});
