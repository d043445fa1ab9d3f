import { describe, expect, test } from 'vitest';
import { defaultRuntimeOf, launchConfig, restartKeys, startConfig } from './launch-config.ts';

const runtime = { name: 'bulkhead', path: '/dir/runtime/bulkhead-runc' };
const registered = { bulkhead: { path: runtime.path } };
const launched = (config: object | null) =>
  launchConfig(config === null ? null : JSON.stringify(config), runtime);

describe('the configuration with which dockerd is started', () => {
  test.each([null, '', ' \n', '\uFEFF{}'])(
    'names both runtimes without a daemon.json of its own: %j',
    (text) => {
      expect(JSON.parse(launchConfig(text, runtime))).toEqual({
        'default-runtime': 'runc',
        'live-restore': false,
        runtimes: registered,
      });
    },
  );
  test('keeps what an administrator wrote, including other runtimes and defaults', () => {
    const config = {
      debug: true,
      'default-runtime': 'nvidia',
      runtimes: { nvidia: { path: '/usr/bin/nvidia-container-runtime' } },
    };
    expect(JSON.parse(launched(config))).toEqual({
      'live-restore': false,
      ...config,
      runtimes: { ...config.runtimes, ...registered },
    });
    expect(defaultRuntimeOf(launched(config))).toBe('nvidia');
    expect(defaultRuntimeOf(launched({ 'default-runtime': 'bulkhead', runtimes: null }))).toBe('bulkhead');
    expect(defaultRuntimeOf(launched(null))).toBe('runc');
  });
});

test('starts with live-restore, whatever is in force afterwards', () => {
  for (const config of [null, { 'live-restore': false, debug: true }])
    expect(JSON.parse(startConfig(launched(config)))).toEqual({
      ...(JSON.parse(launched(config)) as object),
      'live-restore': true,
    });
  expect(JSON.parse(launched({ 'live-restore': true }))).toMatchObject({ 'live-restore': true });
});

describe('changes that take a restart', () => {
  const inForce = launched({ debug: true, labels: ['a=b'], 'storage-driver': 'overlay2' });
  test.each([
    ['nothing changed', { debug: true, labels: ['a=b'], 'storage-driver': 'overlay2' }, []],
    [
      'the default runtime',
      { debug: true, labels: ['a=b'], 'storage-driver': 'overlay2', 'default-runtime': 'bulkhead' },
      [],
    ],
    ['keys that are reloaded', { debug: false, labels: ['c=d'], 'storage-driver': 'overlay2' }, []],
    ['a key of storage', { debug: true, labels: ['a=b'], 'storage-driver': 'btrfs' }, ['storage-driver']],
    ['a key that is new', { debug: true, labels: ['a=b'], 'storage-driver': 'overlay2', mtu: 1400 }, ['mtu']],
    ['keys taken out, reloaded ones too', { debug: true }, ['labels', 'storage-driver']],
  ])('%s', (_, config, keys) => {
    expect(restartKeys(inForce, launched(config))).toEqual(keys);
  });
});
