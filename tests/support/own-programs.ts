import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll } from 'vitest';
import { linkPlugins, programDirectories } from './test-engine.ts';

// Set-up file of tests on real engines: BULKHEAD_TEST_ENGINE and BULKHEAD_TEST_CLIENT (test-engine.ts).
if (programDirectories.length > 0) {
  process.env['PATH'] = [...programDirectories, process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'].join(
    ':',
  );
  const config = mkdtempSync('/tmp/bulkhead-docker-config-');
  linkPlugins(config);
  process.env['DOCKER_CONFIG'] = config;
  afterAll(() => {
    rmSync(config, { recursive: true });
  });
}
