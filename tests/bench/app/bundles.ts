import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { report } from './report.ts';

/** What the window must load before its first page, and what it never loads at start. */
export function measureBundles(project: string): void {
  const renderer = path.join(project, 'dist', 'renderer');
  const first = new Set<string>();
  const read = (file: string): void => {
    if (first.has(file)) return;
    first.add(file);
    const text = readFileSync(path.join(renderer, file), 'utf8');
    // Static imports only: a dynamic one is a page of its own.
    for (const [, name] of text.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g))
      if (name !== undefined) read(path.join('assets', name));
  };
  for (const [, name] of readFileSync(path.join(renderer, 'index.html'), 'utf8').matchAll(
    /data-module="\.\/(assets\/[^"]+\.js)"/g,
  ))
    if (name !== undefined) read(name);
  const kilobytes = (files: Iterable<string>) =>
    Math.round([...files].reduce((sum, file) => sum + statSync(path.join(renderer, file)).size, 0) / 1024);
  const zipped = Math.round(
    [...first].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(renderer, file))).length, 0) /
      1024,
  );
  const chunks = readdirSync(path.join(renderer, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => path.join('assets', name));
  report({
    name: 'Scripts read before the first page',
    value: kilobytes(first),
    unit: 'kB',
    atMost: 900,
    note: `${first.size} files, ${zipped} kB zipped`,
  });
  report({
    name: 'Scripts of pages and parts read when opened',
    value: kilobytes(chunks.filter((file) => !first.has(file))),
    unit: 'kB',
    atMost: null,
    note: `${chunks.length - first.size} files`,
  });
  const main = path.join(project, 'dist', 'electron');
  const needed = new Set<string>();
  const require = (file: string): void => {
    if (needed.has(file)) return;
    needed.add(file);
    // At the start of a statement: what is required inside a function is loaded when that runs.
    for (const [, name] of readFileSync(path.join(main, file), 'utf8').matchAll(
      /(?:^|;)(?:(?:const|let|var) [\w$]+=)?require\("\.\/([^"]+\.cjs)"\)/gm,
    ))
      if (name !== undefined) require(name);
  };
  require('main.cjs');
  report({
    name: 'Scripts of the main process before the window',
    value: Math.round(
      [...needed].reduce((sum, file) => sum + statSync(path.join(main, file)).size, 0) / 1024,
    ),
    unit: 'kB',
    atMost: null,
    note: `${needed.size} files`,
  });
}
