import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// docs/security/cves.md names the test of each CVE. A test that does not name the CVE would be no evidence.
const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security/cves.md', root), 'utf8');
const [tested = ''] = page.split("## Not Bulkhead's to prevent");
const rows = tested
  .split('\n')
  .filter((line) => line.startsWith('| CVE-'))
  .map((line) => ({
    cve: /CVE-\d{4}-\d+/.exec(line)?.[0] ?? '',
    files: [...(line.split('|').at(-2) ?? '').matchAll(/`([\w./-]+\.ts)`/g)].map(([, file]) => file ?? ''),
  }));

describe('docs/security/cves.md', () => {
  it('contains the relevant vulnerabilities of 2024 to 2026', () => {
    expect(rows.map(({ cve }) => cve)).toEqual(
      expect.arrayContaining(
        [
          ['2026', '17106', '41567', '41568', '42306', '34040', '33997', '41579', '6406', '33747', '33748'],
          ['2025', '9074', '10657', '31133', '52565', '52881'],
          ['2024', '21626'],
        ].flatMap(([year, ...numbers]) => numbers.map((number) => `CVE-${year ?? ''}-${number}`)),
      ),
    );
  });

  it.each(rows)('$cve: its tests exist, and one has it in its title', ({ cve, files }) => {
    expect(files).not.toEqual([]);
    for (const file of files) {
      expect(existsSync(new URL(file, root)), file).toBe(true);
      expect(titles(readFileSync(new URL(file, root), 'utf8')), file).toContain(cve);
    }
  });

  it('lists no CVE without a test', () => {
    const [, untested = ''] = page.split("## Not Bulkhead's to prevent");
    expect(untested.match(/^\| CVE-.*/gm)).toBeNull();
  });
});

/** What is between quotes; comments, which no run shows, are left out. */
const titles = (source: string): string =>
  source
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .flatMap((line) => line.match(/'[^']*'|"[^"]*"|`[^`]*`/g) ?? [])
    .join('\n');
