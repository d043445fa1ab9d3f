import { describe, expect, it } from 'vitest';
import { parseArguments } from './test-arguments.mjs';

const names = ['lint', 'typecheck', 'unit', 'engine', 'e2e'];

describe('arguments of npm test', () => {
  it('runs everything by default', () => {
    expect(parseArguments([], names)).toEqual({
      only: undefined,
      paths: [],
      changed: undefined,
      small: false,
      coverage: false,
    });
  });

  it('accepts stages and paths', () => {
    expect(parseArguments(['--only', 'unit,lint'], names).only).toEqual(['unit', 'lint']);
    expect(parseArguments(['--only=unit', 'shared/a.test.ts'], names)).toMatchObject({
      only: ['unit'],
      paths: ['shared/a.test.ts'],
    });
    expect(parseArguments(['shared'], names).only).toEqual(['unit', 'engine', 'e2e']);
  });

  it('accepts a reference to compare with, which is not a path', () => {
    expect(parseArguments(['--changed'], names)).toMatchObject({ changed: '', paths: [], only: undefined });
    expect(parseArguments(['--changed', 'HEAD~3'], names)).toMatchObject({ changed: 'HEAD~3', paths: [] });
    expect(() => parseArguments(['--changed', 'main', 'shared'], names)).toThrow('one reference');
  });

  it('accepts the small engine set and coverage', () => {
    expect(parseArguments(['--only', 'engine', '--small'], names)).toMatchObject({ small: true });
    expect(parseArguments(['--coverage'], names)).toMatchObject({ coverage: true });
  });

  it('refuses unknown options, and lists the valid ones', () => {
    expect(() => parseArguments(['--only', 'units'], names)).toThrow('lint, typecheck, unit, engine, e2e');
    expect(() => parseArguments(['--only'], names)).toThrow('--only');
    expect(() => parseArguments(['--watch'], names)).toThrow('--watch');
  });
});
