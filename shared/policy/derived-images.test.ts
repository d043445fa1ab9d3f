import { describe, expect, it } from 'vitest';
import {
  allowedEntries,
  existenceQueries,
  existsInRegistry,
  isBuiltFrom,
  namesAnEntry,
} from './image-trust.ts';
import type { RegistryResult } from './image-trust-facts.ts';
import { A, B, C, graph, containerd, away, served } from './image-trust-fixture.ts';

describe('derived images (B4)', () => {
  it('all layers of the base, in order, and at least one', () => {
    const base = { layers: [A, B] };
    expect(
      [
        [A, B],
        [A, B, C],
      ].map((layers) => isBuiltFrom({ layers }, base)),
    ).toEqual([true, true]);
    expect([[A], [B, A], [A, C, B], [C, A, B], []].map((layers) => isBuiltFrom({ layers }, base))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(isBuiltFrom({ layers: [A] }, { layers: [] })).toBe(false);
  });

  it('graph driver: an image with a digest was in a registry; containerd: its registries are queried', () => {
    expect(existenceQueries(graph([]))).toEqual({ known: true });
    expect(existenceQueries(graph([`x@${A}`]))).toEqual({ known: false });
    expect(existenceQueries(graph(['<none>@<none>']))).toEqual({ known: true });
    expect(existenceQueries(containerd(A, ['mine:1', 'r.example/x:1']))).toMatchObject({
      queries: [
        { domain: 'docker.io', path: 'library/mine', reference: A },
        { domain: 'r.example', path: 'x', reference: A },
      ],
    });
  });

  it('served anywhere is in a registry; denied is not served; unavailable is unknown', () => {
    const absent: RegistryResult = { kind: 'absent', ageMs: 0 };
    expect(existsInRegistry([absent, away, served(A)])).toBe(true);
    expect(existsInRegistry([absent, { kind: 'denied', why: '401' }])).toBe(false);
    expect(existsInRegistry([])).toBe(false);
    expect(existsInRegistry([absent, away])).toEqual({ why: 'no connection to it (ECONNREFUSED)' });
  });

  it('only images named by an entry are considered as bases', () => {
    const entries = allowedEntries(['docker:cli', 'team/*:*']);
    expect(namesAnEntry(entries, { tags: [], digests: [`docker@${A}`] })).toBe(true);
    expect(namesAnEntry(entries, { tags: ['team/a/b:1'], digests: [] })).toBe(true);
    expect(namesAnEntry(entries, { tags: ['other:1', '<none>:<none>'], digests: ['<none>@<none>'] })).toBe(
      false,
    );
    expect(namesAnEntry(allowedEntries(['*']), { tags: ['other:1'], digests: [] })).toBe(false);
  });
});
