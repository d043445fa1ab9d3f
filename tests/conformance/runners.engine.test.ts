import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importPrograms } from '../support/client-images.ts';
import { eciOn, type Side } from '../support/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../support/two-engines.ts';
import type { Case } from './case.ts';
import { runners } from './cases/runners.ts';

let engines: TwoEngines;
beforeAll(async () => {
  engines = await startTwoEngines();
});
afterAll(async () => {
  await engines?.stop();
});

const shown = async (side: Side, script: string) => {
  const { code, stdout, stderr } = await side.sh(script);
  return { code, stdout: comparable(stdout, side), stderr: comparable(stderr, side) };
};

async function same({ script, shows, code = 0 }: Case): Promise<void> {
  const [guarded, bare] = await Promise.all([shown(engines.guarded, script), shown(engines.bare, script)]);
  expect(bare, 'the stock engine').toMatchObject({
    code,
    ...(shows === undefined ? {} : { stdout: expect.stringMatching(shows) as string }),
  });
  expect(guarded).toEqual(bare);
}

// Many commands, at once: slow beside other suites.
describe.concurrent('A1: runners and editors work as on a stock engine', { timeout: 180_000 }, () => {
  for (const one of runners) it(one.does, () => same(one));
});

it('A1, B2: the Docker socket in a job is refused, and works where the settings allow it', async () => {
  const { guarded } = engines;
  await importPrograms(guarded.engine.socket, 'job', ['docker']);
  const job = `
    mkdir -p socket; echo source > socket/f
    docker create --name gh-socket --label gh -v /var/run/docker.sock:/var/run/docker.sock \\
      -v $W/socket:/__w --entrypoint tail job -f /dev/null > /dev/null || exit
    docker start gh-socket
    docker exec -i -w /__w gh-socket sh -e -c 'docker ps --format "{{.Names}}" --filter label=gh
      docker run --rm -v '"$W"'/socket:/github/workspace busybox sh -c "cat /github/workspace/f; echo x > \\
      /github/workspace/out"; cat out'
    docker rm -f gh-socket`;
  const refused = await guarded.sh(job);
  expect(refused.stderr).toMatch(
    /enhanced container isolation: mounting the Docker socket .*is blocked.*dockerSocketMount\.imageList/,
  );
  await guarded.gateway.settings(
    eciOn(guarded.scratch, { dockerSocketMount: { imageList: { images: ['*'] } } }),
  );
  const { stdout, stderr } = await guarded.sh(job);
  expect(stdout, stderr).toBe('gh-socket\ngh-socket\nsource\nx\ngh-socket\n');
});
