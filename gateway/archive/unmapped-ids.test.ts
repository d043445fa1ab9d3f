import { expect, it } from 'vitest';
import { shiftOutOfRange } from './copy-out.ts';
import type { LayerIds } from './layer-ids.ts';
import type { TarEntry } from './tar-ids.ts';
import { withUnmappedIds } from './unmapped-ids.ts';

const base = 1_000_013_824;
const plain = shiftOutOfRange({ base, pid: 1, startTime: '' });
const layers = {
  idsOf: (file: string) =>
    Promise.resolve(
      file === '/f' ? { uid: 100_000, gid: 70_000 } : file === '/mapped' ? { uid: 5, gid: 6 } : null,
    ),
} as unknown as LayerIds; // all that is used

it.each<[name: string, ids: readonly [number, number], shown: readonly [number, number]]>([
  ['f', [65_534, 65_534], [100_000, 70_000]],
  ['f', [base + 7, 65_534], [7, 70_000]],
  ['f', [base + 65_534, base + 1], [65_534, 1]],
  // A file that the layers don't have, or have with a mapped id, was replaced meanwhile. Ids of mounted files
  // are those on disk.
  ['unknown', [65_534, 65_534], [65_534, 65_534]],
  ['mapped', [65_534, base], [65_534, 0]],
  ['mounted', [65_534, 65_534], [65_534, 65_534]],
])('%s of %j is shown as %j', async (name, [uid, gid], shown) => {
  const planFor = withUnmappedIds(
    () => plain,
    plain,
    layers,
    (file) => (file === 'mounted' ? null : `/${file}`),
  );
  const entry: TarEntry = { name, type: '0', link: '', uid, gid, mode: 0o644 };
  const plan = await planFor(entry);
  expect([plan.uid(uid), plan.gid(gid)]).toEqual(shown);
});
