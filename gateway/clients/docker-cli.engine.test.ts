import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRegistry, type Registry } from '../../testing/registry.ts';
import type { Side } from '../../testing/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../../testing/two-engines.ts';
import type { Case } from './case.ts';
import { composes } from './cases/composes.ts';
import { containers } from './cases/containers.ts';
import { files } from './cases/files.ts';
import { images } from './cases/images.ts';
import { systems } from './cases/systems.ts';

let engines: TwoEngines;
let registry: Registry;
let guardedRegistry: Registry;
beforeAll(async () => {
  [engines, registry, guardedRegistry] = await Promise.all([startTwoEngines(), startRegistry(), startRegistry({ login: true })]);
});
afterAll(async () => {
  await engines?.stop();
  await registry?.stop();
  await guardedRegistry?.stop();
});

/** `$R`: where it may push; `$RL`: the same with a login; `$N`: a number of its own for subnets. */
const run = async (side: Side, name: string, number: number, script: string) => {
  const outcome = await side.sh(script, { R: `${registry.host}/${name}`, RL: `${guardedRegistry.host}/${name}`, N: String(number) });
  const clean = (text: string) => comparable(text, side).replaceAll(`HOST:PORT/${name}`, 'REGISTRY');
  return { code: outcome.code, stdout: clean(outcome.stdout), stderr: clean(outcome.stderr) };
};

async function same({ script, shows, code = 0, quietly = false }: Case): Promise<void> {
  const both = () => Promise.all([run(engines.guarded, 'guarded', 1, script), run(engines.bare, 'bare', 2, script)]);
  let [guarded, bare] = await both();
  // Two engines in one network namespace can take each other's chains away for a moment: that is no comparison, and is made again.
  if ([guarded, bare].some(({ stderr }) => stderr.includes('iptables failed: '))) [guarded, bare] = await both();
  const compared = (seen: typeof bare) => (quietly ? { code: seen.code, stdout: seen.stdout } : seen);
  expect(bare, `the stock engine${quietly ? `: ${bare.stderr}` : ''}`).toMatchObject({ code, ...(shows === undefined ? {} : { stdout: expect.stringMatching(shows) as string }) });
  expect(compared(guarded), quietly ? guarded.stderr : undefined).toEqual(compared(bare));
}

// Scripts wait a lot: some run side by side.
describe.concurrent('A1: with ECI on the docker command line does what it does on a stock engine', () => {
  for (const one of [...containers, ...files, ...images, ...systems, ...composes]) it(one.does, () => same(one));
});
