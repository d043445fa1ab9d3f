import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { copyBundle } from './package-contents.mjs';

it('a package has the chunks of its own build, not those of earlier ones, nor source maps', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-package-'));
  try {
    const from = path.join(directory, 'from'),
      to = path.join(directory, 'to');
    await mkdir(from);
    const files = {
      'main.mjs': 'import "./a-1.mjs"; //# sourceMappingURL=main.mjs.map',
      'a-1.mjs': 'const b = () => import("./b-1.mjs");',
      'b-1.mjs': '',
      'a-1.mjs.cache': '',
      'a-0.mjs': 'import "./main.mjs"; import "./b-0.mjs";',
      'a-0.mjs.cache': '',
      'b-0.mjs': '',
      'main.mjs.map': '',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(from, name), text);
    copyBundle(from, ['main.mjs'], to);
    expect((await readdir(to)).toSorted()).toEqual(['a-1.mjs', 'a-1.mjs.cache', 'b-1.mjs', 'main.mjs']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
