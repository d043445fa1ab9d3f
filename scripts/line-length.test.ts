import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

// ESLint checks TypeScript and scripts (`max-len`).
const root = path.resolve(import.meta.dirname, '..');
const patterns = ['*.c', '*.h', '*.sh', '*.css', '*.md', 'packaging/debian/*', 'packaging/systemd/*'];
const maxColumns = 110;

/** A row of a table cannot be wrapped. */
const isTableRow = (file: string, line: string): boolean =>
  file.endsWith('.md') && line.trimStart().startsWith('|');

it('no line of C, shell, CSS, Markdown and packaging is longer than 110 columns', () => {
  const files = execFileSync('git', ['ls-files', '--', ...patterns], { cwd: root, encoding: 'utf8' });
  const long = files
    .trim()
    .split('\n')
    .flatMap((file) =>
      readFileSync(path.join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          [...line].length > maxColumns && !isTableRow(file, line) ? [`${file}:${index + 1}`] : [],
        ),
    );
  expect(long).toEqual([]);
});
