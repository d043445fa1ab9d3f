import { expect, it } from 'vitest';
import { rootPaths } from '../../base/root-paths.ts';
import { engineUnitName } from './engine-unit-state.ts';
import { engineUnit, supervisorCommand } from './engine-unit.ts';

const paths = rootPaths('/srv/100% mine');
const unit = engineUnit(paths, supervisorCommand(paths, '/opt/bulkhead/bin/bulkhead', 400_000), 400_000);

it('the unit runs the supervisor of this directory only, whatever characters its path contains', () => {
  const lines = unit.split('\n');
  expect(engineUnitName(paths)).toBe(`bulkhead-engine-${paths.id}.service`);
  expect(lines).toContain(
    'ExecStart="/opt/bulkhead/bin/bulkhead" "engine" "start" "--root" "/srv/100%% mine" ' +
      '"--foreground" "--timeout" "400"',
  );
  expect(lines).toContain('EnvironmentFile=-/srv/100%% mine/engine.env');
  expect(lines).toContain('StandardOutput=append:/srv/100%%\\x20mine/logs/supervisor.log');
});

it('a stop ends the supervisor, which ends its containers; a crash or failed start is retried', () => {
  const lines = unit.split('\n');
  // Not the containers' shims with it.
  expect(lines).toContain('KillMode=process');
  expect(lines).toContain('Restart=on-failure');
});

it('slow starts, and equally slow stops, are waited for', () => {
  expect(unit).toContain('\nTimeoutStopSec=667\n');
  const command = supervisorCommand(paths, '/opt/bulkhead/bin/bulkhead', 90_000);
  expect(engineUnit(paths, command, 90_000)).toContain('\nTimeoutStopSec=150\n');
});

it('waits for its directory, and is not retried repeatedly without its program', () => {
  const lines = unit.split('\n');
  expect(lines).toContain('RequiresMountsFor="/srv/100%% mine" "/opt/bulkhead/bin/bulkhead"');
  expect(lines).toContain('ConditionFileIsExecutable=/opt/bulkhead/bin/bulkhead');
});

it('is started at boot where it is enabled, and not sooner than the network and Docker Engine', () => {
  expect(unit.slice(unit.indexOf('\n[Install]\n'))).toBe('\n[Install]\nWantedBy=multi-user.target\n');
  expect(unit).toMatch(/^After=network-online\.target .*\bdocker\.service$/m);
});
