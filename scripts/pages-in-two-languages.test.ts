import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const pages = [
  ['README.md', 'README.zh-CN.md'],
  ['docs/admin-guide.md', 'docs/admin-guide.zh-CN.md'],
  ['docs/targets.md', 'docs/targets.zh-CN.md'],
] as const;
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const blocks = (text: string) =>
  [...text.matchAll(/^```\w*\n([^]*?)^```/gm)].map(([, inside = '']) => inside);
/** Commands and output without comments. */
const commands = (text: string) =>
  blocks(text)
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$|\s{3,}\S.*$/, ''))
    .filter((line) => line.trim() !== '');
const headings = (text: string) => text.replaceAll(/^```[^]*?^```/gm, '').match(/^#+ /gm);
const settings = (text: string) =>
  [
    ...new Set(text.match(/\b(?:bulkhead|enhancedContainerIsolation)\.[a-zA-Z.]+[a-zA-Z]|--[a-z][a-z-]+/g)),
  ].sort();

describe.each(pages)('%s and %s', (english, chinese) => {
  test('have the same headings and the same commands', () => {
    expect(headings(read(chinese))).toEqual(headings(read(english)));
    expect(commands(read(chinese))).toEqual(commands(read(english)));
  });

  test('name the same settings and options', () => {
    expect(settings(read(chinese)).filter((name) => !settings(read(english)).includes(name))).toEqual([]);
    expect(settings(read(english)).filter((name) => !settings(read(chinese)).includes(name))).toEqual([]);
  });

  test('link to each other and to pages that exist', () => {
    for (const file of [english, chinese]) {
      const links = [...read(file).matchAll(/\]\(([^)#]+)\)/g)]
        .map(([, to = '']) => to)
        .filter((to) => !to.includes('://'));
      expect(links.filter((to) => !existsSync(path.join(root, path.dirname(file), to)))).toEqual([]);
      expect(links).toContain(path.basename(file === english ? chinese : english));
    }
  });
});
