import { expect, it } from 'vitest';
import { rootPaths } from '../../base/root-paths.ts';
import { engineUnit, engineUnitName, supervisorCommand } from './engine-unit.ts';

const paths = rootPaths('/srv/100% mine');
const unit = engineUnit(paths, supervisorCommand(paths, '/opt/bulkhead/bin/bulkhead', 400_000));

it('the unit runs the supervisor of this directory alone, whatever characters its path has', () => {
  const lines = unit.split('\n');
  expect(engineUnitName(paths)).toBe(`bulkhead-engine-${paths.id}.service`);
  expect(lines).toContain(
    'ExecStart="/opt/bulkhead/bin/bulkhead" "engine" "start" "--root" "/srv/100%% mine" ' +
      '"--foreground" "--timeout" "400"',
  );
  expect(lines).toContain('EnvironmentFile=-/srv/100%% mine/engine.env');
  expect(lines).toContain('StandardOutput=append:/srv/100%%\\x20mine/logs/supervisor.log');
});

it('a stop ends the supervisor, which ends its containers; a crash or failed start is tried again', () => {
  const lines = unit.split('\n');
  expect(lines).toContain('KillMode=mixed');
  expect(lines).toContain('Restart=on-failure');
});
