import { describe, expect, it } from 'vitest';
import { governingList } from '../../shared/policy/commands.ts';
import { queryText } from '../../shared/policy/image-trust-text.ts';
import type { LocalImage } from '../../shared/policy/image-trust-facts.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { createImageTrust } from './create-image-trust.ts';
import { resolveCommandList } from './command-list.ts';
import type { RegistryResponse } from './registry-client.ts';

const d = (hex: string) => `sha256:${hex.repeat(64)}`;
const layers = [d('7')];
const wide: LocalImage = {
  id: d('1'),
  tags: ['ci/wide:1'],
  digests: [`ci/wide@${d('a')}`],
  layers,
  store: 'graph',
};
const evil: LocalImage = {
  id: d('2'),
  tags: ['evil:1', 'ci/wide:latest'],
  digests: [],
  layers: [d('8')],
  store: 'graph',
};
const both: LocalImage = {
  id: d('3'),
  tags: ['ci/wide:latest', 'ci/narrow:1'],
  digests: [`ci/narrow@${d('b')}`],
  layers: [d('9')],
  store: 'graph',
};
const built: LocalImage = {
  id: d('4'),
  tags: ['mine:1'],
  digests: [],
  layers: [...layers, d('6')],
  store: 'graph',
};
const socket = {
  ...defaultSettings.socket,
  images: ['*'],
  perImage: [{ image: 'ci/wide:*', type: 'deny' as const, commands: [], scope: 'all' as const }],
};

/** The list for an image of this engine, over the real image trust and a registry that serves ci/wide. */
async function listFor(
  image: LocalImage,
  served: RegistryResponse = { kind: 'served', digest: d('a'), children: [] },
  allowedBy = '*',
) {
  const queried: string[] = [];
  const images = [wide, evil, both, built];
  const trust = createImageTrust({
    facts: {
      image: (name) => Promise.resolve(images.find(({ id }) => id === name) ?? null),
      images: () => Promise.resolve(images),
      registries: () => Promise.resolve({ mirrors: [], insecureHosts: [], insecureRanges: [] }),
    },
    stateDirectory: null,
    client: {
      query: (query) => {
        queried.push(queryText(query));
        return Promise.resolve(served);
      },
      close: () => undefined,
    },
  });
  const mount = { image: image.tags[0] ?? '', imageId: image.id, allowedBy, governing: [] };
  const list = governingList(socket, { ...mount, governing: await resolveCommandList(trust, mount, socket) });
  trust.close();
  return { lists: [list, ...list.undecided].map(({ setting }) => setting.replace(/^.*\//, '')), queried };
}

describe('B7 by content, as B3', () => {
  it('docker tag evil wide chooses no list: under `*`, and under the entry of another image', async () => {
    expect(await listFor(evil)).toEqual({ lists: ['commandList'], queried: [] });
    expect(await listFor(both)).toEqual({ lists: ['commandList'], queried: [] });
    expect(await listFor(both, undefined, 'ci/narrow:1')).toEqual({ lists: ['commandList'], queried: [] });
  });

  it("B4: the content the registry serves for the list's image is, and images built from it", async () => {
    expect((await listFor(wide)).lists).toEqual(['0']);
    expect((await listFor(built)).lists).toEqual(['0']);
    expect((await listFor(wide, { kind: 'absent' })).lists).toEqual(['commandList']);
  });

  it('no registry is queried where the entry that allowed the image decides it', async () => {
    expect(await listFor(wide, undefined, 'ci/wide:1')).toEqual({ lists: ['0'], queried: [] });
  });

  it('with the registry away both lists count', async () => {
    expect((await listFor(wide, { kind: 'unavailable', why: 'no connection' })).lists).toEqual([
      '0',
      'commandList',
    ]);
  });
});
