import { fstatSync, openSync, closeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isJournal, journalLines } from './service-log.ts';

describe('lines of a service for the journal', () => {
  it('each have their priority', () => {
    expect(journalLines('warning', 'first\nsecond')).toBe('<4>first\n<4>second');
    expect(journalLines('error', 'broken')).toBe('<3>broken');
  });

  it('go to the journal only if the descriptor is connected to it: the variable is inherited', () => {
    const fd = openSync('/dev/null', 'w');
    try {
      const { dev, ino } = fstatSync(fd);
      expect(isJournal(fd, { JOURNAL_STREAM: `${dev}:${ino}` })).toBe(true);
      expect(isJournal(fd, { JOURNAL_STREAM: `${dev}:${ino + 1}` })).toBe(false);
      expect(isJournal(fd, {})).toBe(false);
    } finally {
      closeSync(fd);
    }
  });
});
