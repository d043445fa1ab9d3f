import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { OutgoingNameChecker } from './outgoing-names.ts';
import { writePaxRecords } from './pax-records.ts';
import { directoryEntry } from './directory-entry.ts';
import { TarIdRewriter, type TarEntry } from './tar-ids.ts';
import { blockBytes, writeChecksum, writeNumber } from './tar-numbers.ts';

type Row = readonly [name: string, type?: string, link?: string];
const entry = ([name, type = '0', link = '']: Row): TarEntry => ({
  name,
  type,
  link,
  uid: 0,
  gid: 0,
  mode: 0o644,
});

/** What comes of entries: `passed`, or the refusal. */
function checked(kind: 'copy' | 'export', rows: readonly Row[]): string {
  const names = new OutgoingNameChecker(kind, 'c');
  try {
    for (const row of rows) names.check(entry(row));
    return 'passed';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('an archive of a container that does not change passes (CVE-2026-17106)', () => {
  it.each<[string, 'copy' | 'export', readonly Row[]]>([
    [
      'a directory with links that lead anywhere',
      'copy',
      [
        ['d/', '5'],
        ['d/a', '2', '/etc/passwd'],
        ['d/b', '2', '../../..'],
        ['d/c'],
        ['d/sub/', '5'],
        ['d/sub/x'],
      ],
    ],
    [
      'its content alone',
      'copy',
      [['.//', '5'], ['./..x'], ['./x..', '2', '/'], ['./y/', '5'], ['./y/z', '1', './..x']],
    ],
    [
      'the root',
      'copy',
      [['/', '5'], ['/bin/', '5'], ['/bin/sh'], ['/bin/ash', '1', '/bin/sh'], ['/lib', '2', 'usr/lib']],
    ],
    ['one file', 'copy', [['f']]],
    ['a link itself', 'copy', [['l', '2', '/etc']]],
    ['a second name of a link', 'copy', [['d/', '5'], ['d/a', '2', '/etc'], ['d/b', '1', 'd/a'], ['d/c']]],
    [
      'names that only begin alike',
      'copy',
      [['d/', '5'], ['d/l', '2', '/etc'], ['d/l2/', '5'], ['d/l2/x'], ['d/l.x']],
    ],
    [
      'devices',
      'copy',
      [
        ['d/', '5'],
        ['d/null', '3'],
        ['d/sda', '4'],
        ['d/fifo', '6'],
      ],
    ],
    [
      'an export',
      'export',
      [
        ['.dockerenv'],
        ['bin/', '5'],
        ['bin/sh'],
        ['bin/ash', '1', 'bin/sh'],
        ['lib', '2', '/usr/lib'],
        ['usr/lib/', '5'],
        ['usr/lib/x'],
      ],
    ],
  ])('%s', (_what, kind, rows) => {
    expect(checked(kind, rows)).toBe('passed');
  });
});

describe('an archive that a client would write outside of its destination is cut (CVE-2026-17106)', () => {
  it.each<[string, 'copy' | 'export', readonly Row[], string]>([
    [
      'a file below a link',
      'copy',
      [['d/', '5'], ['d/l', '2', '/etc'], ['d/l/cron.d']],
      '"d/l/cron.d" came after the symbolic link "d/l"',
    ],
    [
      'a file far below a link',
      'copy',
      [['d/', '5'], ['d/l', '2', '/etc'], ['d/x'], ['d/l/a/b/c']],
      'the symbolic link "d/l"',
    ],
    ['other spellings', 'copy', [['d/', '5'], ['d/./l', '2', '/etc'], ['d//l/x']], 'the symbolic link "d/l"'],
    [
      'a file in the place of a link',
      'copy',
      [['d/', '5'], ['d/l', '2', '/etc/passwd'], ['d/l']],
      '"d/l" came after the symbolic link "d/l"',
    ],
    [
      'a directory in the place of a link',
      'copy',
      [
        ['d/', '5'],
        ['d/l', '2', '/etc'],
        ['d/l/', '5'],
      ],
      'the symbolic link "d/l"',
    ],
    ['the requested path being a link', 'copy', [['l', '2', '/etc'], ['l/passwd']], 'the symbolic link "l"'],
    [
      'a link in the place of a directory',
      'copy',
      [['d/', '5'], ['d/s/', '5'], ['d/s/a'], ['d/s', '2', '/etc'], ['d/s/b']],
      'the symbolic link "d/s"',
    ],
    [
      'a hard link through a link',
      'copy',
      [
        ['d/', '5'],
        ['d/l', '2', '/etc'],
        ['d/h', '1', 'd/l/shadow'],
      ],
      'a hard link through the symbolic link "d/l"',
    ],
    [
      'a file below a hard link to a link',
      'copy',
      [['d/', '5'], ['d/l', '2', '/etc'], ['d/h', '1', 'd/l'], ['d/h/x']],
      'the symbolic link "d/h"',
    ],
    [
      'a hard link up',
      'copy',
      [
        ['d/', '5'],
        ['d/h', '1', 'd/../../etc/shadow'],
      ],
      'a hard link to "d/../../etc/shadow"',
    ],
    [
      'an absolute hard link',
      'copy',
      [
        ['d/', '5'],
        ['d/h', '1', '/etc/shadow'],
      ],
      'a hard link to "/etc/shadow"',
    ],
    [
      'a hard link beside',
      'copy',
      [
        ['d/', '5'],
        ['d/h', '1', 'd2/x'],
      ],
      'a hard link to "d2/x"',
    ],
    ['a name up', 'copy', [['d/', '5'], ['d/../x']], 'the name "d/../x"'],
    ['only names up', 'copy', [['../x']], 'the name "../x"'],
    ['a name up in an export', 'export', [['bin/', '5'], ['bin/../../x']], 'the name "bin/../../x"'],
    ['an absolute name', 'copy', [['d/', '5'], ['/etc/cron.d/x']], 'the name "/etc/cron.d/x"'],
    ['an absolute name in an export', 'export', [['/etc/cron.d/x']], 'the name "/etc/cron.d/x"'],
    // `docker cp c:/d new` puts "new" in the place of the first "d": this one would become "new2/x".
    ['a name beside', 'copy', [['d/', '5'], ['d2/x']], 'the name "d2/x"'],
    ['a relative name beside the root', 'copy', [['/', '5'], ['bin/x']], 'the name "bin/x"'],
    [
      'a file below a link in an export',
      'export',
      [['lib', '2', '/usr/lib'], ['lib/x']],
      'the symbolic link "lib"',
    ],
  ])('%s', (_what, kind, rows, why) => {
    const message = checked(kind, rows);
    expect(message).toMatch(
      /^enhanced container isolation: docker (cp out|export) of container c was cut, since /,
    );
    expect(message).toContain(why);
  });

  it('a name from a PAX record, a GNU long name or a sparse file\u2019s record is checked too', async () => {
    const header = (name: string, type: string, bytes = 0): Buffer => {
      const block = directoryEntry(name, { uid: 0, gid: 0 }).at(-1) ?? Buffer.alloc(0);
      block.fill(0, 0, 100);
      block.write(name, 0, 100, 'latin1');
      block.write(type, 156, 'latin1');
      writeNumber(block, 124, 12, bytes);
      writeChecksum(block);
      return block;
    };
    const extended = (type: string, content: Buffer) => [
      header('x', type, content.length),
      Buffer.concat([content, Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)]),
    ];
    const link = header('d/l', '2');
    link.write('/etc\0', 157, 'latin1');
    writeChecksum(link);
    const bad = 'd/l/passwd';
    for (const message of [
      extended('x', writePaxRecords([{ key: 'path', value: bad }])),
      extended('L', Buffer.from(`${bad}\0`)),
      extended(
        'x',
        writePaxRecords([
          { key: 'GNU.sparse.major', value: '1' },
          { key: 'GNU.sparse.minor', value: '0' },
          { key: 'GNU.sparse.name', value: bad },
          { key: 'path', value: 'd/GNUSparseFile.0/passwd' },
        ]),
      ),
    ]) {
      const names = new OutgoingNameChecker('copy', 'c');
      const tar = new TarIdRewriter((one) => {
        names.check(one);
        return { uid: (id) => id, gid: (id) => id, capabilityRoot: (id) => id };
      });
      await expect(
        tar.write(Buffer.concat([header('d/', '5'), link, ...message, header('d/harmless', '0')])),
      ).rejects.toThrow(/"d\/l\/passwd" came after the symbolic link "d\/l"/);
    }
  });
});

describe('the memory for links of a copy', () => {
  it('is bounded: the oldest are dropped, the newest never', () => {
    const names = new OutgoingNameChecker('copy', 'c');
    names.check(entry(['d/', '5']));
    for (let i = 0; i < 100_000; i++) {
      names.check(entry([`d/${i}`, '2', '/etc']));
      if (i % 20_000 === 0)
        expect(() => {
          names.check(entry([`d/${i}/x`]));
        }).toThrow('symbolic link');
    }
    // By their number, and by the bytes of their names.
    expect(() => {
      names.check(entry(['d/0/x']));
    }).not.toThrow();
    expect(() => {
      names.check(entry(['d/99999/x']));
    }).toThrow('symbolic link');
    for (let i = 0; i < 20; i++) names.check(entry([`d/${i}${'n'.repeat(1_000_000)}`, '2', '/etc']));
    expect(() => {
      names.check(entry(['d/99999/x']));
    }).not.toThrow();
  });
});

it.each(['gnu', 'posix'])('an archive that tar makes of a real tree passes: %s', async (format) => {
  const script =
    'd=$(mktemp -d); cd $d; mkdir -p t/a/b; ln -s /etc t/a/l; ln -s .. t/up; echo x > t/a/b/x; ' +
    `ln t/a/b/x t/z; ln t/a/l t/m; tar -c --sort=name --format=${format} t; rm -r $d`;
  const names = new OutgoingNameChecker('copy', 'c');
  const unpacked: string[] = [];
  const tar = new TarIdRewriter((one) => {
    names.check(one);
    unpacked.push(one.name);
    return { uid: (id) => id, gid: (id) => id, capabilityRoot: (id) => id };
  });
  await tar.write(execFileSync('sh', ['-c', script], { maxBuffer: 1 << 24 }));
  expect(unpacked).toEqual(['t/', 't/a/', 't/a/b/', 't/a/b/x', 't/a/l', 't/m', 't/up', 't/z']);
});
