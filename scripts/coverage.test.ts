import { expect, it } from 'vitest';
import { coverageTable } from './coverage.mjs';

const counts = (covered: number, total: number) => ({
  statements: { covered, total },
  branches: { covered, total },
  functions: { covered: 0, total: 0 },
});

it('adds the coverage of files up by top-level folder', () => {
  const report = {
    total: counts(3, 8),
    '/r/shared/a.ts': counts(1, 2),
    '/r/shared/policy/b.ts': counts(2, 2),
    '/r/cli/c.ts': counts(0, 4),
  };
  expect(coverageTable(JSON.stringify(report), '/r').split('\n')).toEqual([
    'coverage  statements  branches  functions',
    'cli            0.0 %     0.0 %          -',
    'shared        75.0 %    75.0 %          -',
    'all           37.5 %    37.5 %          -',
  ]);
});
