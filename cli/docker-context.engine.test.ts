import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bulkhead, embeddedEngine } from '../tests/support/embedded-engine.ts';

const run = promisify(execFile);

it('docker finds the engine by the context that its start creates, until it is stopped', async () => {
  const engine = await embeddedEngine();
  const config = await mkdtemp('/tmp/bh-docker-');
  const env = { PATH: process.env['PATH'], DOCKER_CONFIG: config };
  const { root } = engine.paths;
  const context = `bulkhead-${path.basename(root)}`;
  try {
    const { stderr } = await run(bulkhead, ['engine', 'start', '--root', root], { env });
    expect(stderr).toContain(`docker --context ${context}`);
    const { stdout } = await run('docker', ['--context', context, 'info', '-f', '{{.DockerRootDir}}'], {
      env,
    });
    expect(stdout.trim()).toBe(engine.paths.data);
    await run(bulkhead, ['engine', 'stop', '--root', root], { env });
    await expect(run('docker', ['--context', context, 'info'], { env })).rejects.toThrow('not found');
  } finally {
    await engine.dispose();
    await rm(config, { recursive: true });
  }
});
