import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparable, startTwoEngines, type TwoEngines } from '../../testing/two-engines.ts';
import type { Case } from './case.ts';
import { containers } from './cases/containers.ts';

let engines: TwoEngines;
beforeAll(async () => { engines = await startTwoEngines(); });
afterAll(async () => { await engines?.stop(); });

async function same({ script, shows, code = 0, quietly = false }: Case): Promise<void> {
  const [guarded, bare] = await Promise.all([engines.guarded.sh(script), engines.bare.sh(script)]);
  const seen = (side: typeof guarded, of: typeof engines.bare) => ({
    code: side.code, stdout: comparable(side.stdout, of), ...(quietly ? {} : { stderr: comparable(side.stderr, of) }),
  });
  expect(bare, 'the stock engine').toMatchObject({ code, ...(shows === undefined ? {} : { stdout: expect.stringMatching(shows) as string }) });
  expect(seen(guarded, engines.guarded)).toEqual(seen(bare, engines.bare));
}

// Scripts wait a lot: some run side by side.
describe.concurrent('A1: with ECI on the docker command line does what it does on a stock engine', () => {
  for (const one of containers) it(one.does, () => same(one));
});
