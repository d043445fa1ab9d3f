import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { checkEngineConfig } from './daemon-json-check.ts';
import { rootPaths } from '../base/root-paths.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-check-');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

/** A `dockerd` that refuses a file containing "frob", with dockerd's message. */
async function fakeDockerd(
  script = 'if grep -q frob "$3"; then echo "unable to configure the Docker daemon with file $3: ' +
    'the following directives don\'t match any configuration option: frob" >&2; exit 1; fi; ' +
    'echo configuration OK >&2',
): Promise<void> {
  await writeFile(path.join(directory, 'dockerd'), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(directory, 'dockerd'), 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
}
const check = async (daemonJson: string) => {
  const paths = rootPaths(directory);
  await writeFile(paths.daemonJson, daemonJson);
  return checkEngineConfig(paths, { eci: true, runtimeName: 'bulkhead', runtimePath: paths.runtimeBinary });
};

it("a refused directive is reported with the engine's text, without the path of the copy", async () => {
  await fakeDockerd();
  expect(await check('{"debug": true}')).toEqual({ ok: true, value: undefined });
  const refused = await check('{"frob": 1}');
  expect(refused).toMatchObject({
    ok: false,
    error: {
      code: 'daemon-json.invalid',
      reason: "the following directives don't match any configuration option: frob",
    },
  });
});

it('broken JSON and conflicts are found before the engine validates', async () => {
  await fakeDockerd('exit 9');
  expect(await check('{')).toMatchObject({ ok: false, error: { code: 'daemon-json.invalid' } });
  expect(await check('{"hosts": [], "userns-remap": "default"}')).toMatchObject({
    ok: false,
    error: {
      code: 'daemon-json.conflict',
      reason: expect.stringMatching(
        /^"hosts" can't be set here: .*\. The engine's own user namespace remapping/,
      ) as string,
      sentences: { reason: { id: 'common.sentences' } },
    },
  });
});

it('an engine that does not support the check does not decide', async () => {
  await fakeDockerd('echo "unknown flag: --validate" >&2; exit 125');
  expect(await check('{"frob": 1}')).toMatchObject({ ok: true });
});
