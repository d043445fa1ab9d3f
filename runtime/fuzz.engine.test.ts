import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { testSeed } from '../tests/support/random-seed.ts';

const here = (...parts: string[]) => path.join(import.meta.dirname, ...parts);
beforeAll(() => {
  execFileSync('sh', [here('build.sh'), 'fuzzer'], { encoding: 'utf8' });
});

/**
 * To run it for minutes, after a change: `runtime/build/sanitized/plan-fuzzer -dict=runtime/fuzz/words.dict
 * NEW runtime/fuzz/corpus`.
 */
it('parses any plan and command line without a fault, and performs no incomplete plan', () => {
  const found = mkdtempSync('/tmp/bulkhead-fuzz-');
  try {
    const { status, stderr } = spawnSync(
      here('build/sanitized/plan-fuzzer'),
      [
        // libFuzzer chooses a random seed for 0.
        `-seed=${Math.max(testSeed(), 1)}`,
        '-runs=400000',
        '-max_total_time=10',
        '-max_len=2048',
        '-timeout=5',
        `-dict=${here('fuzz/words.dict')}`,
        `-artifact_prefix=${found}/`,
        found,
        here('fuzz/corpus'),
      ],
      { encoding: 'utf8' },
    );
    expect({ status, stderr: status === 0 ? '' : stderr.slice(-4000) }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(found).filter((name) => /^(crash|timeout|oom|leak)-/.test(name))).toEqual([]);
    // It must have reached more coverage than the seeds.
    expect(
      Number(/ cov: (\d+)/.exec(stderr.split('\n').findLast((line) => line.includes(' cov: ')) ?? '')?.[1]),
    ).toBeGreaterThan(200);
  } finally {
    rmSync(found, { recursive: true });
  }
});
