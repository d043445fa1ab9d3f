import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRegistry, type Registry } from '../support/registry.ts';
import type { Side } from '../support/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../support/two-engines.ts';
import type { Case } from './case.ts';
import { composes } from './cases/composes.ts';
import { containers } from './cases/containers.ts';
import { files } from './cases/files.ts';
import { images } from './cases/images.ts';
import { systems } from './cases/systems.ts';

let engines: TwoEngines;
/** One for each engine: they are in networks of their own. */
interface Registries {
  readonly open: Registry;
  readonly login: Registry;
}
let registries: { readonly guarded: Registries; readonly bare: Registries };
beforeAll(async () => {
  engines = await startTwoEngines();
  const { bareNetwork: network } = engines;
  const [open, login, bareOpen, bareLogin] = await Promise.all([
    startRegistry(),
    startRegistry({ login: true }),
    startRegistry({ network }),
    startRegistry({ login: true, network }),
  ]);
  registries = { guarded: { open, login }, bare: { open: bareOpen, login: bareLogin } };
});
afterAll(async () => {
  for (const { open, login } of Object.values(registries ?? {}))
    await Promise.all([open.stop(), login.stop()]);
  await engines?.stop();
});

/** `$R`: where it may push; `$RL`: the same with a login; `$N`: a number of its own for subnets. */
const run = async (side: Side, name: keyof typeof registries, number: number, script: string) => {
  const { open, login } = registries[name];
  const outcome = await side.sh(script, {
    R: `${open.host}/${name}`,
    RL: `${login.host}/${name}`,
    N: String(number),
  });
  const clean = (text: string) => comparable(text, side).replaceAll(`HOST:PORT/${name}`, 'REGISTRY');
  return { code: outcome.code, stdout: clean(outcome.stdout), stderr: clean(outcome.stderr) };
};

async function same({ script, shows, code = 0, quietly = false }: Case): Promise<void> {
  const [guarded, bare] = await Promise.all([
    run(engines.guarded, 'guarded', 1, script),
    run(engines.bare, 'bare', 2, script),
  ]);
  const compared = (outcome: typeof bare) =>
    quietly ? { code: outcome.code, stdout: outcome.stdout } : outcome;
  expect(bare, `the stock engine${quietly ? `: ${bare.stderr}` : ''}`).toMatchObject({
    code,
    ...(shows === undefined ? {} : { stdout: expect.stringMatching(shows) as string }),
  });
  expect(compared(guarded), quietly ? guarded.stderr : undefined).toEqual(compared(bare));
}

// Scripts wait a lot: some run concurrently.
describe.concurrent('A1: with ECI on the docker command line works as on a stock engine', () => {
  for (const one of [...containers, ...files, ...images, ...systems, ...composes])
    it(one.does, () => engines.compare(one.does, () => same(one)));
});
