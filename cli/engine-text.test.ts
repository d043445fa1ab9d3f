import { afterEach, expect, it } from 'vitest';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import { describeEngine } from './engine-text.ts';
import { setLocale } from './language.ts';

const ready: EngineStatus = {
  kind: 'system',
  phase: 'ready',
  name: 'h',
  root: null,
  socket: '/run/docker.sock',
  settingsPath: '',
  daemonJsonPath: '',
  supervisorPid: null,
  dockerdPid: 1,
  generation: 1,
  startedAt: null,
  version: '28.5.2',
  apiVersion: '1.51',
  kernel: null,
  os: null,
  storageDriver: null,
  defaultRuntime: 'bulkhead',
  counts: null,
  gatewayUp: true,
  plannerUp: true,
  problem: null,
};
const lines = (status: EngineStatus) => describeEngine({ enforcedByGateway: true })(status).split('\n');
afterEach(() => setLocale('en'));

it('the status lists what changes containers beside Bulkhead: NRI plugins, CDI devices', async () => {
  const status: EngineStatus = { ...ready, extensions: ['nri', 'cdi'] };
  expect(lines(status)).toContainEqual(expect.stringMatching(/ NRI plugins, CDI devices$/));
  await setLocale('zh-CN');
  expect(lines(status)).toContainEqual(expect.stringMatching(/ NRI 插件、CDI 设备$/));
});

it('the status of an engine that has none does not mention them', () => {
  expect(lines(ready).join('\n')).not.toMatch(/NRI|CDI/);
});
