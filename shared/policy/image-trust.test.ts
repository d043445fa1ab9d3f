import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageSentence, imageName, queryText } from './image-trust-text.ts';
import {
  allowedEntries,
  decideByDigest,
  entryQueries,
  provenDigests,
  trustQueries,
  type DigestTrust,
} from './image-trust.ts';
import { queryKey, type LocalImage, type RegistryResult } from './image-trust-facts.ts';
import { away, graph, A, served, B, C, containerd } from './image-trust-fixture.ts';

/** Decides with results by query text; also checks that there was no other query. */
function decide(
  entries: string[],
  image: LocalImage,
  answers: Record<string, RegistryResult>,
  written = 'docker:cli',
): DigestTrust {
  const allowed = allowedEntries(entries);
  const questions = trustQueries(allowed, image);
  expect(questions.map(queryText).sort()).toEqual(Object.keys(answers).sort());
  return decideByDigest(
    allowed,
    image,
    new Map(questions.map((question) => [queryKey(question), answers[queryText(question)] ?? away])),
    written,
  );
}
const cli = 'docker.io/library/docker:cli';

describe('trust by digest (B2, B3)', () => {
  it('a tag: the digest it has now at its registry, or one of its platforms', () => {
    expect(decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: served(A) })).toMatchObject({
      trusted: true,
      allowedBy: 'docker:cli',
    });
    expect(
      decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: served(B, { children: [C, A] }) }),
    ).toMatchObject({ trusted: true });
    expect(
      decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: served(B, { children: [C] }) }),
    ).toMatchObject({
      trusted: false,
      reason: 'other-content',
      detail: expect.stringContaining(
        'docker:cli is sha256:bbbbbbbbbbbb… at its registry, the local image is sha256:aaaaaaaaaaaa…',
      ) as string,
    });
    expect(
      decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: { kind: 'absent', ageMs: 0 } }),
    ).toMatchObject({ trusted: false, reason: 'other-content' });
  });

  it('no tag is latest', () => {
    expect(
      decide(
        ['docker'],
        graph([`docker@${A}`], ['docker:latest']),
        { 'docker.io/library/docker:latest': served(A) },
        'docker',
      ),
    ).toMatchObject({ trusted: true, allowedBy: 'docker' });
  });

  it('any tag, any repository below: the registry must have this digest there', () => {
    const here = `docker.io/team/tool@${A}`;
    for (const entry of ['team/tool:*', 'team/*:*', 'docker.io/*:*']) {
      expect(decide([entry], graph([`team/tool@${A}`], []), { [here]: served(A) }), entry).toMatchObject({
        trusted: true,
        allowedBy: entry,
      });
      expect(
        decide([entry], graph([`team/tool@${A}`], []), { [here]: { kind: 'absent', ageMs: 0 } }),
        entry,
      ).toMatchObject({ trusted: false, reason: 'other-content' });
      // A response of another type is not a result.
      expect(
        decide([entry], graph([`team/tool@${A}`], []), { [here]: served(B, { children: [A] }) }),
        entry,
      ).toMatchObject({ trusted: false });
    }
  });

  it('a digest needs no registry if the engine has verified it', () => {
    expect(decide([`docker@${A}`], graph([`docker@${A}`]), {})).toMatchObject({ trusted: true });
    expect(decide([`docker:cli@${A}`], graph([`docker@${A}`]), {})).toMatchObject({ trusted: true });
    expect(
      decide([`docker@${B}`], graph([`docker@${A}`]), {
        [`docker.io/library/docker@${B}`]: served(B, { children: [A] }),
      }),
    ).toMatchObject({ trusted: true });
    expect(
      decide([`docker@${B}`], graph([`docker@${A}`]), { [`docker.io/library/docker@${B}`]: served(B) }),
    ).toMatchObject({ trusted: false });
    expect(decide([`docker@${A}`], graph([`other/docker@${A}`]), {})).toMatchObject({ trusted: false });
  });

  it('*: any image, without a query', () => {
    expect(decide(['docker:cli', '*'], graph([], ['evil:1']), {}, 'evil:1')).toMatchObject({
      trusted: true,
      allowedBy: '*',
    });
  });

  it('the same content under another name is the same content', () => {
    expect(
      decide(['docker:cli'], graph([`docker@${A}`], ['mine:1']), { [cli]: served(A) }, 'mine:1'),
    ).toMatchObject({ trusted: true });
  });

  it('a name without a digest proves nothing (graph driver: tag, load, import, commit, build)', () => {
    for (const entry of ['docker:cli', 'docker:*', 'docker.io/*:*', `docker:cli@${A}`])
      expect(decide([entry], graph([]), {})).toMatchObject({ trusted: false });
    expect(decide(['docker:cli'], graph([]), {})).toMatchObject({ reason: 'local-only' });
    // It was pulled, from elsewhere: an entry of that source would allow it.
    expect(decide(['docker:cli'], graph([`other/docker@${A}`]), {})).toMatchObject({
      trusted: false,
      reason: 'not-listed',
      detail: 'it has the name of docker:cli, but was pulled from other/docker',
    });
  });

  it('containerd: a digest in a name proves nothing, the id does', () => {
    const forged: LocalImage = { ...containerd(B, ['docker:cli']), digests: [`docker@${A}`] };
    expect(provenDigests(forged).map((proven) => proven.digest)).toEqual([B]);
    expect(decide([`docker@${A}`], forged, { [`docker.io/library/docker@${A}`]: served(A) })).toMatchObject({
      trusted: false,
    });
    expect(decide(['docker:cli'], forged, { [cli]: served(A) })).toMatchObject({
      trusted: false,
      reason: 'other-content',
    });
    expect(
      decide(['docker:*'], forged, { [`docker.io/library/docker@${B}`]: { kind: 'absent', ageMs: 0 } }),
    ).toMatchObject({ trusted: false });
    expect(decide(['docker:cli'], containerd(A, ['docker:cli']), { [cli]: served(A) })).toMatchObject({
      trusted: true,
    });
  });

  it('an image with thousands of names does not cause thousands of queries', () => {
    const image = containerd(
      A,
      Array.from({ length: 3000 }, (_, i) => `team/n${i}:1`),
    );
    expect(trustQueries(allowedEntries(['team/*:*']), image).length).toBeLessThanOrEqual(16);
  });

  it('an entry that could not be checked allows nothing, and the reason names what failed', () => {
    expect(decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: away })).toMatchObject({
      trusted: false,
      reason: 'registry-unreachable',
      detail: expect.stringContaining('docker:cli: no connection to it (ECONNREFUSED)') as string,
    });
    expect(
      decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: { kind: 'denied', why: '401' } }),
    ).toMatchObject({ reason: 'registry-unreachable' });
    expect(
      decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: served(B, { children: null }) }),
    ).toMatchObject({ reason: 'registry-unreachable' });
    expect(
      decideByDigest(allowedEntries(['docker:cli']), graph([`docker@${A}`]), new Map(), 'docker:cli'),
    ).toMatchObject({ trusted: false, reason: 'registry-unreachable' });
  });

  it('the last known digest decides, and a refusal states its age', () => {
    const old = { lastKnown: 'no connection', ageMs: 3 * 3600_000 };
    expect(decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: served(A, old) })).toMatchObject({
      trusted: true,
    });
    expect(decide(['docker:cli'], graph([`docker@${A}`]), { [cli]: served(B, old) })).toMatchObject({
      trusted: false,
      detail: expect.stringContaining('3 hours ago (now no connection)') as string,
    });
  });

  it('an entry that is invalid, or names something else, allows nothing', () => {
    expect(decide(['Docker:cli', '', 'dock*'], graph([`docker@${A}`]), {})).toMatchObject({
      trusted: false,
      reason: 'not-listed',
    });
    expect(
      decide(['docker:24'], graph([`docker@${A}`]), { 'docker.io/library/docker:24': served(B) }),
    ).toMatchObject({ trusted: false, reason: 'not-listed' });
    expect(decide([], graph([`docker@${A}`]), {})).toMatchObject({ trusted: false, reason: 'not-listed' });
  });

  it('never trusts an image whose digests are in no result, whatever the entries', () => {
    const digests = fc.constantFrom(A, B);
    const names = fc.constantFrom('docker', 'team/tool', 'r.example/x');
    const entry = fc.oneof(
      names.map((name) => `${name}:cli`),
      names.map((name) => `${name}:*`),
      fc.constantFrom('team/*:*', 'r.example/*:*'),
      fc.tuple(names, fc.constant(C)).map(([name, digest]) => `${name}@${digest}`),
    );
    fc.assert(
      fc.property(
        fc.array(entry),
        fc.array(fc.tuple(names, digests)),
        fc.constantFrom<LocalImage['store']>('graph', 'containerd'),
        (entries, claims, store) => {
          const image: LocalImage = {
            id: A,
            tags: claims.map(([name]) => `${name}:cli`),
            digests: claims.map(([name, digest]) => `${name}@${digest}`),
            layers: [],
            store,
          };
          const allowed = allowedEntries(entries);
          const answers = new Map(
            trustQueries(allowed, image).map((question) => [queryKey(question), served(C)]),
          );
          expect(decideByDigest(allowed, image, answers, 'docker:cli').trusted).toBe(false);
        },
      ),
    );
  });
});

describe('texts', () => {
  it('ages, names, queries in advance', () => {
    expect([0, 999, 1000, 61_000, 7200_000, 90_000_000, -5].map((ms) => ageSentence(ms).text)).toEqual([
      '0 seconds',
      '0 seconds',
      '1 second',
      '1 minute',
      '2 hours',
      '1 day',
      '0 seconds',
    ]);
    expect(imageName({ id: A, tags: ['<none>:<none>', 'docker.io/library/docker:cli'], digests: [] })).toBe(
      'docker:cli',
    );
    expect(imageName({ id: A, tags: [], digests: [] })).toBe(A);
    expect(
      entryQueries(allowedEntries(['docker:cli', 'docker:cli', 'docker:*', 'team/*:*', '*', `x@${A}`])).map(
        queryText,
      ),
    ).toEqual([cli, `docker.io/library/x@${A}`]);
  });
});
