import { expect, it } from 'vitest';
import { RunsInFlight } from './runs-in-flight.ts';

const never = '0001-01-01T00:00:00Z';
const start = Date.parse('2026-01-01T12:00:00Z');
const at = (ms: number) => new Date(start + ms).toISOString();

/** ECI is off, and seen to be on at `start`; `elapsed` ms have passed since. */
function switchedOn(elapsed: number): RunsInFlight {
  let now = start - 1_000;
  const runs = new RunsInFlight(() => now);
  runs.observe(false);
  now = start;
  runs.observe(true);
  now += elapsed;
  runs.observe(true);
  return runs;
}

it('a run that began just before ECI came on is under way', () => {
  expect(switchedOn(500).includes({ created: at(-200), startedAt: never })).toBe(true);
});

it.each([
  ['that was made long before', 500, { created: at(-11_000), startedAt: never }],
  ['that was made under ECI', 500, { created: at(100), startedAt: never }],
  ['that has been started before', 500, { created: at(-200), startedAt: at(-100) }],
  ['whose start comes late', 10_000, { created: at(-200), startedAt: never }],
  ['whose times are not known', 500, { created: '', startedAt: '' }],
])('a container %s is not under way', (_, elapsed, container) => {
  expect(switchedOn(elapsed).includes(container)).toBe(false);
});

it('a gateway that starts under ECI knows of no runs under way', () => {
  const runs = new RunsInFlight(() => start);
  runs.observe(true);
  expect(runs.includes({ created: at(-200), startedAt: never })).toBe(false);
});

it('a later switch counts, not that to off between', () => {
  let now = start;
  const runs = new RunsInFlight(() => now);
  for (const isOn of [false, true, false]) runs.observe(isOn);
  now += 60_000;
  runs.observe(true);
  expect(runs.includes({ created: at(59_900), startedAt: never })).toBe(true);
  expect(runs.includes({ created: at(-100), startedAt: never })).toBe(false);
});
