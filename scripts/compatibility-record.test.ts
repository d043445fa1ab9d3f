import { describe, expect, it } from 'vitest';
import { emptyRecord, merged, recordText } from './compatibility-record.mjs';

const result = (passed: number, date: string) => ({ passed, failed: [], skipped: [], date, commit: 'c' });
const record = (cells: object, kernels: object = {}) => ({ ...emptyRecord(), cells, kernels });

describe('records of results', () => {
  const earlier = record(
    { 'a/overlay2/a': { claims: result(7, '2026-11-29'), streams: result(6, '2026-11-29') } },
    { engine: result(2000, '2026-11-29') },
  );

  it('keep what did not run again', () => {
    const later = record({ 'b/overlay2/b': { claims: result(7, '2026-11-30') } });
    expect(merged(earlier, later)).toEqual(
      record({ ...earlier.cells, ...later.cells }, { engine: result(2000, '2026-11-29') }),
    );
    expect(merged(earlier, emptyRecord())).toEqual(earlier);
  });

  it('take the later result of a suite, whichever record has it, and whether it passed or not', () => {
    const failed = { ...result(6, '2026-11-30'), failed: ['x'] };
    const later = record({ 'a/overlay2/a': { claims: failed } }, { engine: result(2032, '2026-11-30') });
    for (const both of [merged(earlier, later), merged(later, earlier)])
      expect(both).toEqual(
        record(
          { 'a/overlay2/a': { claims: failed, streams: result(6, '2026-11-29') } },
          { engine: result(2032, '2026-11-30') },
        ),
      );
  });

  it('are written with one line for each result', () => {
    const text = recordText(earlier);
    expect(JSON.parse(text)).toEqual(earlier);
    expect(text.split('\n').filter((line) => line.includes('"passed":'))).toHaveLength(3);
    expect(JSON.parse(recordText(emptyRecord()))).toEqual(emptyRecord());
  });
});
