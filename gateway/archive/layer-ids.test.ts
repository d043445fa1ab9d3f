import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LayerIds } from './layer-ids.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync('/tmp/bulkhead-layer-ids-');
  // Ids tell the layer: 100000 topmost, 200000 and 300000 below.
  execFileSync(
    'sh',
    [
      '-ec',
      `
    mkdir -p u/d/replaced u/opaque u/linked-to a/d a/opaque/x a/file b/d/deleted b/d/replaced b/opaque/x \\
      b/file b/beside/deep b/link
    for layer in u a b; do echo x > $layer/d/$layer; done; for layer in a b; do echo x > $layer/d/both; done
    echo x > b/d/deleted/x; echo x > b/link/x
    for layer in a b; do for each in opaque/x/f opaque/g file/f; do echo x > $layer/$each; done; done
    echo x > b/beside/deep/f; echo x > b/d/replaced/x; echo x > u/linked-to/x
    mknod a/d/deleted c 0 0; rmdir u/d/replaced; echo x > u/d/replaced; rm -r a/file; echo x > a/file
    ln -s /linked-to u/link
    setfattr -n user.overlay.opaque -v y a/opaque
    chown -hR 100000:100001 u; chown -hR 200000:200001 a; chown -hR 300000:300001 b`,
    ],
    { cwd: directory },
  );
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the owner of a file on disk', () => {
  const of = (file: string) =>
    new LayerIds({ upper: `${directory}/u`, lowers: [`${directory}/a`, `${directory}/b`] })
      .idsOf(file)
      .then((ids) => (ids === null ? null : `${ids.uid} ${ids.gid}`));
  it.each<[string, string | null]>([
    ['/', '100000 100001'],
    ['/d', '100000 100001'],
    ['/d/u', '100000 100001'],
    ['/d/a', '200000 200001'],
    ['/d/b', '300000 300001'],
    ['/d/both', '200000 200001'],
    ['/beside/deep/f', '300000 300001'],
    ['/none', null],
    ['/d/none', null],
    // A whiteout; a file in the place of a directory; an opaque directory, and below it.
    ['/d/deleted', null],
    ['/d/deleted/x', null],
    ['/d/replaced', '100000 100001'],
    ['/d/replaced/x', null],
    ['/file', '200000 200001'],
    ['/file/f', null],
    ['/opaque', '100000 100001'],
    ['/opaque/g', '200000 200001'],
    ['/opaque/x/f', '200000 200001'],
    // A link is no directory, and nobody follows it.
    ['/link', '100000 100001'],
    ['/link/x', null],
    ['/d/../d/u', null],
  ])('%s', async (file, ids) => {
    expect(await of(file)).toBe(ids);
  });

  it('is reported for many files in adjacent directories; an opaque directory hides lower ones', async () => {
    execFileSync('sh', ['-ec', 'echo x > b/opaque/hidden; chown 300000 b/opaque/hidden'], { cwd: directory });
    const ids = new LayerIds({ upper: `${directory}/u`, lowers: [`${directory}/a`, `${directory}/b`] });
    for (let i = 0; i < 3; i++) {
      expect((await ids.idsOf('/d/b'))?.uid).toBe(300_000);
      expect((await ids.idsOf('/d/a'))?.uid).toBe(200_000);
      expect(await ids.idsOf('/opaque/hidden')).toBeNull();
    }
  });
});
