import { describe, expect, it } from 'vitest';
import { queryText } from '../../shared/policy/image-trust-text.ts';
import type { LocalImage } from '../../shared/policy/image-trust-facts.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { EngineUnreachable } from '../engine-api/engine-facts.ts';
import { createImageTrust } from './create-image-trust.ts';
import type { RegistryResponse } from './registry-client.ts';

const d = (hex: string) => `sha256:${hex.repeat(64)}`;
const [A, B] = [d('a'), d('b')];
const tool: LocalImage = {
  id: d('1'),
  tags: ['team/tool:1'],
  digests: [`team/tool@${A}`],
  layers: [d('7')],
  store: 'graph',
};
const derived: LocalImage = {
  id: d('2'),
  tags: ['mine:1'],
  digests: [],
  layers: [d('7'), d('8')],
  store: 'graph',
};
const away: RegistryResponse = { kind: 'unavailable', why: 'no connection' };

/** A trust over a fake engine and registries: images of the engine, responses of registries by query. */
function trustOver(images: readonly LocalImage[], registry: Record<string, RegistryResponse>) {
  const queried: string[] = [];
  let now = 1e12;
  const state = {
    registry,
    queried,
    later: (ms: number) => {
      now += ms;
    },
    down: false,
    refresh: null as typeof defaultSettings.socket | null,
  };
  const trust = createImageTrust({
    facts: {
      image: (name) =>
        state.down
          ? Promise.reject(new EngineUnreachable('down'))
          : Promise.resolve(images.find((image) => image.id === name || image.tags.includes(name)) ?? null),
      images: () => Promise.resolve(images),
      registries: () => Promise.resolve({ mirrors: [], insecureHosts: [], insecureRanges: [] }),
    },
    stateDirectory: null,
    now: () => now,
    client: {
      query: (query) => {
        queried.push(queryText(query));
        return Promise.resolve(registry[queryText(query)] ?? away);
      },
      close: () => undefined,
    },
  });
  return { ...state, trust, state };
}
const list = (images: readonly string[], allowDerivedImages = true) => ({
  ...defaultSettings.socket,
  images,
  allowDerivedImages,
});
const tag = 'docker.io/team/tool:1';

describe('image trust', () => {
  it('B3: an image pulled after its tag moved is trusted before the cache expires', async () => {
    const { trust, registry, later, queried } = trustOver([tool], {
      [tag]: { kind: 'served', digest: B, children: [] },
    });
    expect(await trust.decide('team/tool:1', list(['team/tool:1']))).toMatchObject({
      trusted: false,
      reason: 'other-content',
    });
    registry[tag] = { kind: 'served', digest: A, children: [] };
    expect(await trust.decide('team/tool:1', list(['team/tool:1']))).toMatchObject({ trusted: false });
    later(10_000);
    expect(await trust.decide('team/tool:1', list(['team/tool:1']))).toEqual({
      trusted: true,
      imageId: tool.id,
      allowedBy: 'team/tool:1',
      derivedFrom: null,
    });
    later(9 * 60_000);
    await trust.decide('team/tool:1', list(['team/tool:1']));
    expect(queried).toEqual([tag, tag]);
  });

  it('B4: built from an allowed image; not when switched off, not from an image not allowed', async () => {
    const { trust } = trustOver([tool, derived], { [tag]: { kind: 'served', digest: A, children: [] } });
    expect(await trust.decide('mine:1', list(['team/tool:1']))).toEqual({
      trusted: true,
      imageId: derived.id,
      allowedBy: 'team/tool:1',
      derivedFrom: 'team/tool:1',
    });
    expect(await trust.decide('mine:1', list(['team/tool:1'], false))).toMatchObject({
      trusted: false,
      reason: 'not-listed',
    });
    expect(await trust.decide('mine:1', list(['team/other:1']))).toMatchObject({
      trusted: false,
      reason: 'local-only',
    });
  });

  it('B4: an image of a registry is not derived, whatever its layers', async () => {
    const pushed: LocalImage = { ...derived, digests: [`other.example/x@${B}`] };
    expect(
      await trustOver([tool, pushed], { [tag]: { kind: 'served', digest: A, children: [] } }).trust.decide(
        'mine:1',
        list(['team/tool:1']),
      ),
    ).toMatchObject({ trusted: false, reason: 'not-listed' });
  });

  it('B4: containerd: only local, as far as its registries report', async () => {
    const here: LocalImage = { ...derived, store: 'containerd', digests: [`mine@${derived.id}`] };
    const base: LocalImage = { ...tool, id: A, store: 'containerd' };
    const query = `docker.io/library/mine@${here.id}`;
    const responses = { [tag]: { kind: 'served', digest: A, children: [] } } satisfies Record<
      string,
      RegistryResponse
    >;
    const decide = (response: RegistryResponse) =>
      trustOver([base, here], { ...responses, [query]: response }).trust.decide(
        'mine:1',
        list(['team/tool:1']),
      );
    expect(await decide({ kind: 'absent' })).toMatchObject({ trusted: true, derivedFrom: 'team/tool:1' });
    expect(await decide({ kind: 'denied', why: '401' })).toMatchObject({ trusted: true });
    expect(await decide({ kind: 'served', digest: here.id, children: [] })).toMatchObject({
      trusted: false,
      reason: 'other-content',
    });
    expect(await decide(away)).toMatchObject({
      trusted: false,
      reason: 'registry-unreachable',
      detail: expect.stringContaining('no connection') as string,
    });
  });

  it("B4: a base that can't be checked makes nothing trusted, and the refusal has the reason", async () => {
    expect(await trustOver([tool, derived], {}).trust.decide('mine:1', list(['team/tool:1']))).toMatchObject({
      trusted: false,
      reason: 'registry-unreachable',
      detail: expect.stringContaining('built from team/tool:1') as string,
    });
  });

  it('B4: a base whose tag has moved is no allowed one any more, and the refusal names it', async () => {
    expect(
      await trustOver([tool, derived], { [tag]: { kind: 'served', digest: B, children: [] } }).trust.decide(
        'mine:1',
        list(['team/tool:1']),
      ),
    ).toMatchObject({
      trusted: false,
      reason: 'local-only',
      detail: expect.stringMatching(/built from team\/tool:1, but .*pull it again/) as string,
    });
  });

  it('queries no registry about images that the list does not name', async () => {
    const { trust, queried } = trustOver([derived, tool], {});
    expect(await trust.decide('mine:1', list(['r.example/other:*']))).toMatchObject({ trusted: false });
    expect(await trust.decide('nobody:1', list(['*']))).toMatchObject({
      trusted: false,
      reason: 'not-local',
      sentence: { id: 'trust.image-is-missing', params: { image: 'nobody:1' } },
      detail: 'the engine has no image nobody:1',
    });
    expect(queried).toEqual([]);
  });

  it('an engine that is down rejects; a registry never does', async () => {
    const { trust, state } = trustOver([tool], {});
    expect(await trust.decide('team/tool:1', list(['team/tool:1']))).toMatchObject({
      trusted: false,
      reason: 'registry-unreachable',
    });
    state.down = true;
    await expect(trust.decide('team/tool:1', list(['team/tool:1']))).rejects.toThrow(EngineUnreachable);
  });
});
