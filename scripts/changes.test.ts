import { describe, expect, it } from 'vitest';
import { selectEngineTests, sourceFiles } from './changes.mjs';

const engineTests = ['planner/a', 'planner/b', 'planner/c', 'planner/d', 'gateway/http/e'].map(
  (name) => `${name}.engine.test.ts`,
);

describe('engine tests for a change', () => {
  it('are none if no program of an engine changed', () => {
    expect(
      selectEngineTests(['docs/x.md', 'renderer/app/app.tsx', 'planner/base/plan.test.ts'], engineTests),
    ).toEqual({ small: false, whole: [], leftOut: [] });
  });

  it('are the small set, and those next to changed sources', () => {
    expect(selectEngineTests(['shared/result.ts'], engineTests)).toEqual({
      small: true,
      whole: [],
      leftOut: [],
    });
    expect(selectEngineTests(['gateway/http/server.ts'], engineTests)).toEqual({
      small: true,
      whole: ['gateway/http/e.engine.test.ts'],
      leftOut: [],
    });
  });

  it('are at most three whole files, changed ones first; the others are named', () => {
    expect(selectEngineTests(['planner/base/plan.ts', 'planner/d.engine.test.ts'], engineTests)).toEqual({
      small: true,
      whole: ['planner/d', 'planner/a', 'planner/b'].map((name) => `${name}.engine.test.ts`),
      leftOut: ['planner/c.engine.test.ts'],
    });
  });
});

it('sources are scripts, whatever their kind', () => {
  expect(sourceFiles(['a.ts', 'b.tsx', 'c.mjs', 'd.md', 'e.json', 'f.c'])).toEqual([
    'a.ts',
    'b.tsx',
    'c.mjs',
  ]);
});
