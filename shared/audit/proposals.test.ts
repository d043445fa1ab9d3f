import { describe, expect, it } from 'vitest';
import { decideCommand, governingList } from '../policy/commands.ts';
import { allowanceFor } from './proposals.ts';
import { listAllowing } from './command-proposals.ts';
import { entry, proposals, context, read, applied, digest, of } from './proposals-fixture.ts';

const withImages = (list: readonly string[], more = {}) =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { value: true, dockerSocketMount: { imageList: { images: list, ...more } } },
  });

describe('a socket mount that was refused', () => {
  const refused = entry({
    setting: '/enhancedContainerIsolation/dockerSocketMount/imageList',
    subject: { image: 'ghcr.io/acme/runner:2.1' },
  });

  it('can be allowed for the exact image, the tag, or any tag; the narrowest first', () => {
    const made = proposals(allowanceFor(refused, context(withImages(['docker:cli']))));
    expect(made.map(({ code, reach }) => [code, reach])).toEqual([
      ['image-digest', 'narrow'],
      ['image-tag', 'wide'],
      ['image-any-tag', 'wide'],
    ]);
    expect(
      made.map((proposal) => read(applied(withImages(['docker:cli']), proposal)).socket.images.at(-1)),
    ).toEqual([`ghcr.io/acme/runner@${digest}`, 'ghcr.io/acme/runner:2.1', 'ghcr.io/acme/runner:*']);
  });
  it('creates the list if there is none, also in an empty document', () => {
    for (const text of ['', '{ "configurationFileVersion": 2 }']) {
      expect(read(applied(text, proposals(allowanceFor(refused, context(text)))[0])).socket.images).toEqual([
        `ghcr.io/acme/runner@${digest}`,
      ]);
    }
  });
  it('of an image that does not exist here names no digest; a listed one is not proposed again', () => {
    const unknown = entry({ ...refused, subject: { image: 'testcontainers/ryuk' } });
    expect(
      proposals(allowanceFor(unknown, context(withImages([])))).map(({ edits }) => edits[0]?.value),
    ).toEqual(['testcontainers/ryuk:latest', 'testcontainers/ryuk:*']);
    expect(
      proposals(allowanceFor(unknown, context(withImages(['testcontainers/ryuk'])))).map(({ code }) => code),
    ).toEqual(['image-any-tag']);
    expect(allowanceFor(unknown, context(withImages(['testcontainers/ryuk:*'])))).toEqual({
      kind: 'by-hand',
    });
    expect(
      proposals(
        allowanceFor(unknown, context(withImages(['testcontainers/ryuk:*'], { allowDerivedImages: false }))),
      ).map(({ code }) => code),
    ).toEqual(['derived-images']);
  });
  it('of an image whose content was made or loaded here offers no entry: none can match it', () => {
    const made = entry({
      ...refused,
      subject: { image: 'busybox' },
      sentences: { detail: { id: 'trust.named-but-not-pulled', params: { entry: 'busybox' } } },
    });
    const text = withImages(['busybox']);
    expect(allowanceFor(made, context(text))).toEqual({ kind: 'content-made-here' });
    const local = [{ id: `sha256:${'3'.repeat(64)}`, tags: ['busybox:latest'], digests: [] }];
    const unnamed = entry({ ...refused, subject: { image: 'busybox' } });
    expect(allowanceFor(unnamed, { ...context(withImages([])), images: local })).toEqual({
      kind: 'content-made-here',
    });
    // Only an image built from an allowed one can be allowed by a setting.
    const notDerived = withImages(['busybox'], { allowDerivedImages: false });
    expect(proposals(allowanceFor(made, context(notDerived))).map(({ code }) => code)).toEqual([
      'derived-images',
    ]);
    // An image store of containerd knows a digest of every image: an entry can pin it, or it was pulled
    // since.
    const pinned = [{ ...local[0], id: digest, tags: ['busybox:latest'], digests: [`busybox@${digest}`] }];
    expect(proposals(allowanceFor(made, { ...context(text), images: pinned }))[0]).toMatchObject({
      code: 'image-digest',
    });
  });
  it('of a local image whose base could not be checked is not ruled out, and no entry is proposed', () => {
    const local = [{ id: `sha256:${'3'.repeat(64)}`, tags: ['app:latest'], digests: [] }];
    const refusedFor = (id: string) =>
      entry({ ...refused, subject: { image: 'app' }, sentences: { detail: { id, params: {} } } });
    const list = withImages(['docker:cli'], { allowDerivedImages: true });
    const allowance = (id: string, text = list) =>
      allowanceFor(refusedFor(id), { ...context(text), images: local });
    for (const id of ['trust.base-is-not-allowed', 'trust.derived-is-unknown', 'trust.unanswered'])
      expect([id, allowance(id)]).toEqual([id, { kind: 'by-hand' }]);
    for (const id of ['trust.not-listed-nor-derived', 'trust.named-but-not-pulled', 'trust.not-listed'])
      expect([id, allowance(id)]).toEqual([id, { kind: 'content-made-here' }]);
    expect(
      proposals(allowance('trust.not-listed', withImages(['docker:cli'], { allowDerivedImages: false }))).map(
        ({ code }) => code,
      ),
    ).toEqual(['derived-images']);
  });
  it('of an image named by its id is proposed by its name', () => {
    expect(
      proposals(
        allowanceFor(entry({ ...refused, subject: { image: '1'.repeat(64) } }), context(withImages([]))),
      ).map(({ edits }) => edits[0]?.value),
    ).toContain('ghcr.io/acme/runner:2.1');
    expect(
      allowanceFor(entry({ ...refused, subject: { image: '2'.repeat(64) } }), context(withImages([]))),
    ).toEqual({ kind: 'by-hand' });
  });
});

describe('a command that was blocked', () => {
  const document = (commandList: unknown, perImageCommandLists?: unknown) =>
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { value: true, dockerSocketMount: { commandList } },
      bulkhead: { perImageCommandLists },
    });
  const mount = { image: 'docker:cli', allowedBy: 'docker:cli', governing: [] };
  const endpoints: Readonly<Record<string, string>> = {
    push: 'POST',
    pull: 'POST',
    rm: 'DELETE',
    images: 'GET',
  };
  const decide = (text: string, command: string) =>
    decideCommand(
      { method: endpoints[command] ?? 'POST', commands: [command], alsoUsedBy: [] },
      governingList(read(text).socket, mount),
      mount,
    );

  it.each([
    ['deny', ['push', 'rm'], 'push'],
    ['deny', ['image*'], 'push'],
    ['deny', ['image*', 'push', 'pull'], 'push'],
    ['allow', ['ps'], 'rm'],
    ['allow', [], 'images'],
    ['deny', ['image push', 'rm'], 'push'],
  ] as const)(
    'is let through by every proposal under %s %j, and nothing else is',
    (type, commands, command) => {
      const text = document({ type, commands });
      const denial = decide(text, command);
      if (denial === null) throw new Error('not denied');
      const made = proposals(allowanceFor(of(denial), context(text)));
      expect(made.map(({ code }) => code)).toEqual(['command-for-image', 'command']);
      for (const proposal of made) {
        expect(decide(applied(text, proposal), command)).toBeNull();
        for (const other of ['push', 'pull', 'rm', 'images'].filter((name) => name !== command))
          expect(decide(applied(text, proposal), other)?.rule).toBe(decide(text, other)?.rule);
      }
    },
  );
  it.each([
    [
      'whose content was made here',
      [{ id: `sha256:${'3'.repeat(64)}`, tags: ['docker:cli'], digests: [] }],
      [],
    ],
    [
      'that has a list, which does not apply',
      [],
      [{ image: 'docker:cli', type: 'allow', commands: ['push'] }],
    ],
  ])('gets no list for an image %s: it would not apply', (_, images, perImage) => {
    const text = document({ type: 'deny', commands: ['push'] }, perImage);
    const denial = decideCommand(
      { method: 'POST', commands: ['push'], alsoUsedBy: [] },
      governingList(read(text).socket, {
        image: 'docker:cli',
        allowedBy: '*',
        governing: [{ image: 'docker:cli', its: 'no' }],
      }),
      mount,
    );
    if (denial === null) throw new Error('not denied');
    const made = proposals(allowanceFor(of(denial), { ...context(text), images }));
    expect(made.map(({ code, params }) => [code, params['image']])).toEqual([['command', '']]);
  });
  it('is allowed in the list of the image if that one applies', () => {
    const text = document({ type: 'deny', commands: [] }, [
      { image: 'alpine:3', type: 'deny', commands: ['rm'] },
      { image: 'docker:cli', type: 'allow', commands: ['ps'] },
    ]);
    const denial = decide(text, 'push');
    if (denial === null) throw new Error('not denied');
    const [proposal, ...others] = proposals(allowanceFor(of(denial), context(text)));
    expect(others).toEqual([]);
    expect(proposal?.edits[0]?.pointer).toBe('/bulkhead/perImageCommandLists/1/commands');
    expect(decide(applied(text, proposal), 'push')).toBeNull();
  });
  it('by an entry that names no command is allowed without that entry', () => {
    const text = document({ type: 'deny', commands: ['pussh', 'rm'] });
    const denial = decide(text, 'pull');
    if (denial === null) throw new Error('not denied');
    const [proposal] = proposals(allowanceFor(of(denial), context(text)));
    expect(proposal).toMatchObject({ code: 'unlisted-entry', edits: [{ value: ['rm'] }] });
    expect(decide(applied(text, proposal), 'pull')).toBeNull();
  });
  it('is allowed already once the draft lets it through', () => {
    const denial = decide(document({ type: 'deny', commands: ['push'] }), 'push');
    if (denial === null) throw new Error('not denied');
    expect(allowanceFor(of(denial), context(document({ type: 'deny', commands: [] })))).toEqual({
      kind: 'allowed-already',
    });
  });
  it('keeps the other commands of a group, each once', () => {
    expect(listAllowing({ type: 'deny', commands: ['volume*', 'volume rm', 'push'] }, 'volume ls')).toEqual([
      'volume create',
      'volume inspect',
      'volume prune',
      'volume update',
      'volume rm',
      'push',
    ]);
    expect(listAllowing({ type: 'deny', commands: [] }, 'push')).toBeNull();
  });
});
