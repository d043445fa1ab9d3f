import { TarError } from './tar-numbers.ts';

/**
 * A PAX record; key and value as Latin-1, so that binary values (capabilities) stay as they are. Order and
 * repetitions matter (GNU sparse 0.0).
 */
export interface PaxRecord {
  readonly key: string;
  readonly value: string;
}

/** Reads the body of an extended header. Throws TarError where Go would refuse it. */
export function readPaxRecords(body: Buffer): PaxRecord[] {
  const records: PaxRecord[] = [];
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const digits = space < 0 ? '' : body.toString('latin1', at, space);
    const length = /^[0-9]{1,7}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (length < 5 || end > body.length || body[end - 1] !== 0x0a)
      throw new TarError('an extended tar header has a broken record');
    const record = body.toString('latin1', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals < 1) throw new TarError('an extended tar header has a record without a key');
    records.push({ key: record.slice(0, equals), value: record.slice(equals + 1) });
    at = end;
  }
  return records;
}

export function writePaxRecords(records: readonly PaxRecord[]): Buffer {
  const parts = records.map(({ key, value }) => {
    const rest = key.length + value.length + 3;
    // The length counts its own digits.
    let length = rest + String(rest).length;
    if (String(length).length > String(rest).length) length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  });
  return Buffer.from(parts.join(''), 'latin1');
}

/** The effective value: the last one. An empty one counts as none, as in Go. */
export function paxValue(records: readonly PaxRecord[], key: string): string | null {
  const value = records.findLast((record) => record.key === key)?.value;
  return value === undefined || value === '' ? null : value;
}

/** A decimal record; null without. Throws TarError for anything else. */
export function paxNumber(records: readonly PaxRecord[], key: string): number | null {
  const value = paxValue(records, key);
  if (value === null) return null;
  if (!/^[0-9]{1,16}$/.test(value) || !Number.isSafeInteger(Number(value)))
    throw new TarError(`an extended tar header's ${key} is not a plain number`);
  return Number(value);
}

/**
 * The name that the records of a sparse file give it, as in Go, which takes none from records of another
 * version than 0.0, 0.1 and 1.0; null without.
 */
export function sparseName(records: readonly PaxRecord[]): string | null {
  const version = ['major', 'minor'].map((part) => paxValue(records, `GNU.sparse.${part}`) ?? '').join('.');
  const isSparse = version === '.' ? sparseMap(records) !== '' : /^(?:0\.[01]|1\.0)$/.test(version);
  return isSparse ? paxValue(records, 'GNU.sparse.name') : null;
}

/** In version 0.0 the map is in records of its parts. */
function sparseMap(records: readonly PaxRecord[]): string {
  const parts = records.filter(({ key }) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes');
  return parts.length > 0
    ? parts.map(({ value }) => value).join(',')
    : (paxValue(records, 'GNU.sparse.map') ?? '');
}
