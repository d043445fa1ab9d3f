import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importDocker } from '../../testing/client-images.ts';
import type { Side } from '../../testing/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../../testing/two-engines.ts';
import type { Case } from './case.ts';
import { inDocker } from './cases/docker-in-docker.ts';

let engines: TwoEngines;
/** `docker run --privileged` of a dockerd, its data on a volume (below an overlay no overlay can be made, on a stock engine neither). */
const startInner = async (side: Side) => {
  const started = await side.sh('docker run -d --privileged --init --name outer -v /var/lib/docker dind sh -c "dockerd > /dockerd.log 2>&1; exec sleep 1000" && for i in $(seq 100); do docker exec outer docker version >/dev/null 2>&1 && exit; sleep .1; done; docker exec outer cat /dockerd.log; exit 1');
  if (started.code !== 0) throw new Error(started.stdout + started.stderr);
};
beforeAll(async () => {
  engines = await startTwoEngines();
  await Promise.all([importDocker(engines.bare.socket, 'dind'), importDocker(engines.guarded.engine.socket, 'dind')]);
  await Promise.all([startInner(engines.bare), startInner(engines.guarded)]);
});
afterAll(async () => { await engines?.stop(); });

const inside = async (side: Side, script: string) => {
  const outcome = await side.sh('docker exec outer sh -c "$SCRIPT"', { SCRIPT: script });
  return { code: outcome.code, stdout: comparable(outcome.stdout, side), stderr: comparable(outcome.stderr, side) };
};

async function same({ script, shows, code = 0, quietly = false }: Case): Promise<void> {
  const [guarded, bare] = await Promise.all([inside(engines.guarded, script), inside(engines.bare, script)]);
  const compared = (seen: typeof bare) => (quietly ? { code: seen.code, stdout: seen.stdout } : seen);
  expect(bare, `the stock engine: ${bare.stderr}`).toMatchObject({ code, ...(shows === undefined ? {} : { stdout: expect.stringMatching(shows) as string }) });
  expect(compared(guarded), guarded.stderr).toEqual(compared(bare));
}

describe('A4: an engine in a privileged container does under ECI what it does on a stock engine', () => {
  for (const one of inDocker) it(one.does, () => same(one));

  it('A2 what it starts is in the outer container\'s range', async () => {
    const outer = (await inside(engines.guarded, 'cat /proc/self/uid_map')).stdout;
    expect(outer).not.toMatch(/^\s*0\s+0\s/);
    expect((await inside(engines.guarded, 'docker run --rm --privileged --userns host inner cat /proc/self/uid_map')).stdout).toBe(outer);
  });
});
