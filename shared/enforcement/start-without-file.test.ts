import { describe, expect, it } from 'vitest';
import {
  parseStoredSettings,
  startWithoutFile,
  type FoundRecord,
  type FoundSettings,
} from './start-without-file.ts';

const stored = (hash: string | null, text: string | null = null): FoundSettings => ({
  state: 'stored',
  hash,
  text,
});
const absent: FoundSettings = { state: 'absent' };
const damaged: FoundSettings = { state: 'damaged' };
const hidden: FoundSettings = { state: 'hidden' };
/** By a gateway that stores texts, and by an earlier version. */
const record = (hash: string | null, isStored = true): FoundRecord => ({ hash, stored: isStored });
const earlier = (hash: string | null): FoundRecord => ({ hash });

describe('what a start without the settings file brings into force', () => {
  it.each<[string, FoundRecord, FoundSettings, string | null, string]>([
    ['the stored text', record('h'), stored('h', 'T'), null, 'stored'],
    ['it, if the record could not be written', null, stored('h', 'T'), null, 'stored'],
    ['it, if the record is damaged', 'damaged', stored('h', 'T'), null, 'stored'],
    ['it, if the gateway was killed before it recorded it', record('g'), stored('h', 'T'), null, 'stored'],
    ['it, if only its record says otherwise', record('h', false), stored('h', 'T'), null, 'stored'],
    ['it, if the removal of another text was intended', record('h'), stored('h', 'T'), 'g', 'stored'],
    ['the default settings at the first start', null, absent, null, 'default'],
    ['them, if they were in force', record(''), stored(''), null, 'default'],
    ['them, if its removal was intended', record('h'), stored('h', 'T'), 'h', 'default'],
    ['them, if the removal of a text that was not stored was', record('h', false), damaged, 'h', 'default'],
    ['the strictest policy, if that was in force', record(null), stored(null), null, 'locked-down'],
    ['it, if the text could not be stored', record('h', false), damaged, null, 'locked-down'],
    [
      'it, if an earlier text could not be replaced either',
      record('h', false),
      stored('g', 'T'),
      null,
      'locked-down',
    ],
    ['it, if neither could', null, damaged, null, 'locked-down'],
    ['it, if the only record is damaged', 'damaged', absent, null, 'locked-down'],
  ])('%s', (_, recorded, found, removed, kind) => {
    expect(startWithoutFile({ record: recorded, stored: found, removed }).kind).toBe(kind);
  });

  it.each<[string, FoundRecord, FoundSettings, string | null, string]>([
    ['is not known after an upgrade: the strictest policy', earlier('h'), absent, null, 'locked-down'],
    ['was removed on purpose before an upgrade', earlier('h'), absent, 'h', 'default'],
    ['never existed before an upgrade', earlier(''), absent, null, 'default'],
    ['is outdated after a downgrade', earlier('g'), stored('h', 'T'), null, 'locked-down'],
    ['was removed on purpose after a downgrade', earlier(''), stored('h', 'T'), null, 'default'],
    ['is the same after a downgrade', earlier('h'), stored('h', 'T'), null, 'stored'],
  ])('a text that a version enforced which stores none %s', (_, recorded, found, removed, kind) => {
    expect(startWithoutFile({ record: recorded, stored: found, removed }).kind).toBe(kind);
  });

  it.each<[FoundRecord, string]>([
    [record('h'), 'stored'],
    [record('h', false), 'locked-down'],
    [record(null), 'locked-down'],
    [record(''), 'default'],
    [earlier('h'), 'unknown'],
    [earlier(''), 'default'],
    [earlier(null), 'locked-down'],
    [null, 'unknown'],
    ['damaged', 'unknown'],
  ])('follows from the record for a user who may not read the stored text: %o', (recorded, kind) => {
    expect(startWithoutFile({ record: recorded, stored: hidden, removed: null }).kind).toBe(kind);
  });
});

describe('a stored text', () => {
  const hashOf = (text: string) => `hash of ${text}`;
  const parse = (content: unknown) =>
    parseStoredSettings(typeof content === 'string' ? content : JSON.stringify(content), hashOf);

  it('is that of its hash', () => {
    expect(parse({ format: 1, hash: 'hash of T', text: 'T' })).toEqual(stored('hash of T', 'T'));
    expect(parse({ format: 1, hash: '', text: null })).toEqual(stored(''));
    expect(parse({ format: 1, hash: null, text: null })).toEqual(stored(null));
  });

  it.each([
    ['empty', ''],
    ['half of it', '{"format":1,"hash":"hash of T","te'],
    ['of another text', { format: 1, hash: 'hash of T', text: 'U' }],
    ['without its text', { format: 1, hash: 'hash of T', text: null }],
    ['of a later format', { format: 2, hash: '', text: null }],
  ])('is damaged if it is %s', (_, content) => {
    expect(parse(content)).toEqual(damaged);
  });
});
