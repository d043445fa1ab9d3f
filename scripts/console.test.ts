import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { headComment } from './console.mjs';

const run = promisify(execFile);
const here = import.meta.dirname;
const project = path.resolve(here, '..');
const { scripts } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const named = new Set(
  Object.values(scripts).flatMap((script) => /^node scripts\/([\w-]+\.mjs)/.exec(script)?.[1] ?? []),
);

describe('--help', () => {
  for (const script of named) {
    it(`describes ${script}, and does nothing`, async () => {
      const { stdout } = await run(process.execPath, [path.join(here, script), '--help'], { cwd: project });
      expect(stdout.trim()).toBe(headComment(readFileSync(path.join(here, script), 'utf8')));
      expect(stdout.length).toBeGreaterThan(40);
    });
  }

  for (const bench of readdirSync(path.join(project, 'tests/bench')).filter((file) => file.endsWith('.ts'))) {
    it(`of a benchmark is its own: ${bench}`, async () => {
      const { stdout } = await run(
        process.execPath,
        [path.join(here, 'bench.mjs'), path.basename(bench, '.ts'), '--help'],
        { cwd: project },
      );
      expect(stdout.trim()).toBe(headComment(readFileSync(path.join(project, 'tests/bench', bench), 'utf8')));
      expect(stdout).not.toMatch(/^ ?\*/m);
    });
  }
});
