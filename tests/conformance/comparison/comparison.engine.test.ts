import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../../support/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../../support/two-engines.ts';
import { explained } from './explained.ts';
import { idsOf, observationsIn, scriptOf, type Group, type Observation } from './group.ts';
import { groups } from './groups/index.ts';
import { importCompared } from './image.ts';

let engines: TwoEngines;
beforeAll(async () => {
  engines = await startTwoEngines();
  await importCompared(engines.guarded.socket, engines.bare.socket);
});
afterAll(async () => {
  await engines?.stop();
});

const expected = new Map(explained.flatMap((one) => Object.entries(one.shows)));
/** Every observation so far, and the ids of those with an explained difference. */
const observed = new Set<string>();
const differed = new Set<string>();
let attempts = 0;

async function observe(
  side: Side,
  group: Group,
  name: string,
  number: number,
): Promise<Map<string, Observation>> {
  const outcome = await side.sh(scriptOf(group), { G: name, N: String(number), W: `${side.work}/${name}` });
  const observations = observationsIn(group, comparable(outcome.stdout, side).replaceAll(name, 'G'));
  const missing = idsOf(group).filter((id) => !observations.has(id));
  expect(missing, `not observed on ${side.work}; ${outcome.stderr}`).toEqual([]);
  return observations;
}

const shown = (observation: Observation | undefined) =>
  observation === undefined
    ? ''
    : observation.code === 0
      ? observation.text
      : `${observation.text}\n(exit code ${observation.code})`;

// Containers wait a lot: some groups run concurrently.
describe.concurrent('A1: observations with ECI on equal those on a stock engine', () => {
  for (const group of groups)
    it(
      group.of,
      () =>
        engines.compare(group.of, async () => {
          const name = `g${++attempts}x`;
          const [guarded, bare] = await Promise.all([
            observe(engines.guarded, group, name, 1),
            observe(engines.bare, group, name, 2),
          ]);
          const failedOnStock = [...bare]
            .filter(([, observation]) => observation.code !== 0)
            .map(([id, observation]) => `${id}: ${shown(observation)}`);
          expect(failedOnStock, 'the stock engine did not do it').toEqual([]);
          const differences: Record<string, { stock: string; guarded: string }> = {};
          for (const [id, observation] of bare) {
            observed.add(id);
            const here = guarded.get(id);
            if (shown(here) === shown(observation)) continue;
            if (expected.get(id)?.test(shown(here)) === true) differed.add(id);
            else differences[id] = { stock: shown(observation), guarded: shown(here) };
          }
          expect(differences).toEqual({});
        }),
      600_000,
    );
});

describe('A1: the comparison as a whole', () => {
  it('has made all of its 700 and more observations, and every explained difference is real', () => {
    console.log(`${observed.size} observations, ${differed.size} explained differences`);
    expect(
      [...expected.keys()].filter((id) => !differed.has(id)),
      'listed, but not different',
    ).toEqual([]);
    expect(observed.size).toBeGreaterThanOrEqual(700);
  });
});
