import { describe, expect, it } from 'vitest';
import { LostOutputRepetitions, mostRepetitions } from './lost-output.ts';

const loss = 'time="2026-11-01T10:00:00Z" level=error msg="stream copy error: reading from a closed fifo"\n';
const laterLoss =
  'time="2026-11-01T10:00:00Z" level=error msg="copy stream failed" error="reading from a closed fifo" ' +
  'stream=stdout\n';

/** Two engines' logs, and comparisons that fail a number of times and append to the logs meanwhile. */
function engines() {
  const logs = ['time="2026-11-01T09:00:00Z" level=info msg="API listen on /engine.sock"\n', ''];
  const repetitions = new LostOutputRepetitions(() => Promise.resolve([...logs]));
  let runs = 0;
  const append = (engine: number, text: string) => {
    logs[engine] = `${logs[engine] ?? ''}${text}`;
  };
  return {
    append,
    repetitions,
    runs: () => runs,
    /** Runs a comparison that fails `failures` times, each time with `text` in the log of an engine. */
    compare(failures: number, text = '', engine = 0): Promise<void> {
      let left = failures;
      return repetitions.run('a comparison', () => {
        runs++;
        if (left === 0) return Promise.resolve();
        append(engine, text);
        return Promise.reject(new Error(`differs ${failures - --left}`));
      });
    },
  };
}

describe('a comparison of two engines', () => {
  it.each([
    ['Docker Engine 26', loss],
    ['later versions', laterLoss],
  ])('is repeated if it fails while a dockerd loses output, as the log of %s has it', async (_, text) => {
    for (const engine of [0, 1]) {
      const { compare, repetitions, runs } = engines();
      await compare(1, text, engine);
      expect(runs()).toBe(2);
      expect(repetitions.report()).toBe(
        `1 comparison repeated because dockerd lost output:\n  a comparison\n    dockerd ${engine + 1}, ` +
          `loss 1: ${text.trim()}\n    Error: differs 1`,
      );
    }
  });

  it('that passes is run once, whatever the logs have', async () => {
    const { append, compare, repetitions, runs } = engines();
    append(0, loss);
    await compare(0);
    expect(runs()).toBe(1);
    expect(repetitions.report()).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['another error', 'level=error msg="stream copy error: read /stdout: input/output error"\n'],
    ['another error of later versions', 'level=error msg="copy stream failed" error="broken pipe"\n'],
    ['those words elsewhere', 'level=info msg="container printed: reading from a closed fifo"\n'],
  ])('is not repeated if the log has %s', async (_, text) => {
    const { compare, repetitions, runs } = engines();
    await expect(compare(1, text)).rejects.toThrow('differs 1');
    expect(runs()).toBe(1);
    expect(repetitions.report()).toBeNull();
  });

  it('is not repeated for what was lost before it began', async () => {
    const { append, compare, runs } = engines();
    append(0, loss);
    append(1, laterLoss);
    await expect(compare(1)).rejects.toThrow('differs 1');
    expect(runs()).toBe(1);
  });

  it('is repeated once, and fails with the error of its repetition', async () => {
    const { compare, runs } = engines();
    await expect(compare(2, loss)).rejects.toThrow('differs 2');
    expect(runs()).toBe(2);
  });

  it('is not repeated for a loss for which another one was', async () => {
    const { append, repetitions } = engines();
    let runs = 0;
    const both = Array.from({ length: 2 }, async () => {
      await repetitions.run('one of two', () => {
        if (++runs === 2) append(0, loss);
        // Fails until both have run.
        return runs <= 2 ? Promise.reject(new Error('differs')) : Promise.resolve();
      });
    });
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(runs).toBe(3);
  });

  it('is not repeated any more once the fault is no longer rare', async () => {
    const { compare, repetitions, runs } = engines();
    for (let i = 0; i < mostRepetitions; i++) await compare(1, loss);
    await expect(compare(1, loss)).rejects.toThrow('differs 1');
    expect(runs()).toBe(2 * mostRepetitions + 1);
    expect(repetitions.report()).toMatch(
      new RegExp(`^${mostRepetitions} comparisons repeated because dockerd lost output:`),
    );
  });
});
