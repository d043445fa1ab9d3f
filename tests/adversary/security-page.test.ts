import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { accompliceCorpus } from './accomplice/attempts.ts';
import { corpus } from './corpus.ts';

// SECURITY.md names the test of each promise. A name that does not exist would be a promise without a test.
const page = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
const promises = page.split('\n').filter((line) => /^\| .* \|$/.test(line) && !line.startsWith('| promise'));
const tests = globSync(
  '{gateway,engine,planner,supervisor,runtime,shared,cli,electron,renderer,e2e,tests}/**/*.test.ts',
  {
    cwd: new URL('../..', import.meta.url).pathname,
  },
);

describe('SECURITY.md', () => {
  it('has promises, each with an attack class or a test', () => {
    expect(promises.length).toBeGreaterThan(10);
    for (const line of promises)
      expect(line).toMatch(/corpus \[|every refused attempt of the corpus|\.test\.ts/);
  });
  it('names existing tests', () => {
    for (const [, name] of page.matchAll(/`([\w./-]+\.test\.ts)`/g))
      expect(
        tests.some((file) => file.endsWith(name ?? '-')),
        name,
      ).toBe(true);
  });
  it('names attack classes that have attempts', () => {
    const classes = new Set<string>([...corpus, ...accompliceCorpus].map((attempt) => attempt.class));
    for (const [, list] of page.matchAll(/corpus \[([^\]]+)\]/g))
      for (const name of (list ?? '').split(', ')) expect(classes, name).toContain(name);
  });
});
