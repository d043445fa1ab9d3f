import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalReference,
  familiarReference,
  parseImageReference,
  referenceCovers,
  referenceCoversRepository,
  type ImageReferenceError,
} from './index.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const parse = (text: string) => {
  const result = parseImageReference(text);
  if (!result.ok) throw new Error(`${text}: ${result.error}`);
  return result.value;
};

describe('parseImageReference (B2)', () => {
  it.each([
    ['docker', 'docker.io/library/docker:latest', 'docker:latest'],
    ['docker:cli', 'docker.io/library/docker:cli', 'docker:cli'],
    ['testcontainers/ryuk:*', 'docker.io/testcontainers/ryuk:*', 'testcontainers/ryuk:*'],
    ['docker.io/testcontainers/ryuk:0.11', 'docker.io/testcontainers/ryuk:0.11', 'testcontainers/ryuk:0.11'],
    ['docker.io/docker', 'docker.io/library/docker:latest', 'docker:latest'],
    ['index.docker.io/library/docker', 'docker.io/library/docker:latest', 'docker:latest'],
    ['localhost/x', 'localhost/x:latest', 'localhost/x:latest'],
    ['localhost:5000/x:1', 'localhost:5000/x:1', 'localhost:5000/x:1'],
    ['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b:latest', '127.0.0.1:5000/a/b:latest'],
    ['[::1]:5000/a', '[::1]:5000/a:latest', '[::1]:5000/a:latest'],
    ['Registry.Example/x', 'registry.example/x:latest', 'registry.example/x:latest'],
    [`docker@${digest}`, `docker.io/library/docker@${digest}`, `docker@${digest}`],
    [`docker:cli@${digest}`, `docker.io/library/docker:cli@${digest}`, `docker:cli@${digest}`],
    ['docker:*', 'docker.io/library/docker:*', 'docker:*'],
    ['example.com/team/*:*', 'example.com/team/*:*', 'example.com/team/*:*'],
    ['team/*:*', 'docker.io/team/*:*', 'team/*:*'],
    ['example.com/*:*', 'example.com/*:*', 'example.com/*:*'],
    ['a/b/c_d__e-f.g:V1_.-', 'docker.io/a/b/c_d__e-f.g:V1_.-', 'a/b/c_d__e-f.g:V1_.-'],
    ['*', '*', '*'],
  ])('%s is %s', (written, canonical, familiar) => {
    expect([canonicalReference(parse(written)), familiarReference(parse(written))]).toEqual([
      canonical,
      familiar,
    ]);
  });

  it.each<[string, ImageReferenceError]>([
    ['', 'empty'],
    [' docker', 'space'],
    ['docker cli', 'space'],
    ['Docker', 'upper-case'],
    ['docker.io/Library/x', 'upper-case'],
    ['docker:', 'bad-tag'],
    ['docker:a b', 'space'],
    ['docker:-x', 'bad-tag'],
    [`docker:${'x'.repeat(129)}`, 'bad-tag'],
    ['docker@sha256:abc', 'bad-digest'],
    ['docker@', 'bad-digest'],
    [`docker@${digest.toUpperCase()}`, 'bad-digest'],
    ['/docker', 'bad-path'],
    ['docker/', 'bad-path'],
    ['a//b', 'bad-path'],
    ['a/../b', 'bad-path'],
    ['-a', 'bad-path'],
    ['a___b', 'bad-path'],
    ['exa_mple.com:5/x', 'bad-domain'],
    ['host:port/x', 'bad-domain'],
    ['doc*ker', 'wildcard-place'],
    ['doc*', 'wildcard-place'],
    ['*/x', 'wildcard-place'],
    ['docker:1.*', 'wildcard-place'],
    ['a/*/b', 'wildcard-place'],
    ['**', 'wildcard-place'],
    ['*:*', 'wildcard-place'],
    [digest, 'bare-id'],
    ['0123456789abcdef'.repeat(4), 'bare-id'],
    [`x/${'y'.repeat(256)}`, 'too-long'],
    ['http://docker.io/x', 'bad-domain'],
  ])('%j is refused: %s', (written, error) => {
    expect(parseImageReference(written)).toEqual({ ok: false, error });
  });

  it('parses its own canonical and familiar forms to the same value', () => {
    const part = fc.oneof(
      fc.stringMatching(/^[a-z0-9]{1,5}([._-][a-z0-9]{1,3})?$/),
      fc.constantFrom('library', 'localhost', 'a.b'),
    );
    const names = fc.tuple(
      fc.option(fc.constantFrom('localhost', 'example.com', 'r.example:5000', 'docker.io')),
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', ':1', ':*', `@${digest}`, `:v@${digest}`),
    );
    fc.assert(
      fc.property(names, ([domain, parts, end]) => {
        const reference = parse((domain === null ? '' : `${domain}/`) + parts.join('/') + end);
        expect(parse(canonicalReference(reference))).toMatchObject({
          ...reference,
          tagWritten: expect.any(Boolean) as boolean,
        });
        expect(canonicalReference(parse(familiarReference(reference)))).toBe(canonicalReference(reference));
      }),
    );
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', '*', '/', ':', '@', '.', '-', '_', 'A', ' ', '0', '[', ']', 's'),
        }),
        (text) => {
          expect(() => parseImageReference(text)).not.toThrow();
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('referenceCovers', () => {
  it.each([
    ['*', 'anything:1', true],
    ['docker:cli', 'docker:cli', true],
    ['docker:cli', 'docker:24', false],
    ['docker', 'docker:latest', true],
    ['docker', 'docker:cli', false],
    ['docker:*', 'docker:cli', true],
    ['docker:*', 'evil/docker:cli', false],
    ['docker:*', 'example.com/docker:cli', false],
    ['docker.io/library/docker:cli', 'docker:cli', true],
    ['team/*:*', 'team/a:1', true],
    ['team/*:*', 'team/a/b:1', true],
    ['team/*:*', 'teamx/a:1', false],
    ['team/*', 'team/a:1', false],
    ['team/*', 'team/a', true],
    ['example.com/*:*', 'example.com/a/b:1', true],
    [`docker@${digest}`, `docker@${digest}`, true],
    [`docker@${digest}`, 'docker:cli', false],
    [`docker@${digest}`, `docker@sha256:${'f'.repeat(64)}`, false],
    ['docker:*', `docker@${digest}`, true],
    ['docker:cli', `docker@${digest}`, false],
  ])('%s covers %s: %s', (allowed, image, expected) => {
    expect(referenceCovers(parse(allowed), parse(image))).toBe(expected);
  });
});

describe('referenceCoversRepository', () => {
  it.each([
    ['docker:cli', 'docker', true],
    [`docker@${digest}`, 'docker', true],
    ['docker:*', 'docker', true],
    ['docker', 'evil/docker', false],
    ['team/*:*', 'team/a/b', true],
    ['team/*:*', 'team', false],
    ['team/*:*', 'teams/a', false],
    ['example.com/*:*', 'example.com/x', true],
    ['example.com/*:*', 'x', false],
    ['*', 'docker', false],
  ])('%s contacts %s: %s', (allowed, name, expected) => {
    const repository = parse(name);
    if (repository.kind !== 'image') throw new Error('not a repository');
    expect(referenceCoversRepository(parse(allowed), repository)).toBe(expected);
  });
});
