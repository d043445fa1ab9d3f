import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildsUnenforcedName } from '../../shared/isolation/build-token.ts';
import { lockedDownSettings, type EffectiveSettings } from '../../shared/settings/effective.ts';
import { recordBuildsUnenforced } from './builds-unenforced.ts';

let root: string;
const sharing = () => path.join(root, 'sharing');
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-unenforced-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const logged: string[] = [];
const record = (settings: Pick<EffectiveSettings, 'eci' | 'mode'>) => {
  recordBuildsUnenforced(sharing(), settings, (line) => {
    logged.push(line);
  });
  return existsSync(path.join(sharing(), buildsUnenforcedName));
};
const { eci } = lockedDownSettings;

it('the record exists while ECI is off or in audit mode, and is removed afterwards', () => {
  expect(record({ eci, mode: 'enforce' })).toBe(false);
  expect(record({ eci, mode: 'audit' })).toBe(true);
  expect(record({ eci, mode: 'enforce' })).toBe(false);
  expect(record({ eci: { ...eci, value: false }, mode: 'enforce' })).toBe(true);
  expect(record(lockedDownSettings)).toBe(false);
  expect(logged).toEqual([]);
});

it('a record that cannot be written is logged', () => {
  writeFileSync(sharing(), '');
  record({ eci, mode: 'audit' });
  expect(logged.join()).toMatch(
    /builds-unenforced cannot be changed, so the planner treats builds as before: /,
  );
});

it('the record does not create the directory of a removed engine again', () => {
  logged.length = 0;
  const gone = path.join(root, 'gone');
  recordBuildsUnenforced(path.join(gone, 'sharing'), { eci, mode: 'audit' }, (line) => {
    logged.push(line);
  });
  expect(existsSync(gone)).toBe(false);
  expect(logged[0]).toContain('cannot be changed');
});
