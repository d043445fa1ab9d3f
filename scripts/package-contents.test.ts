import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { copyBundle, setPackageModes } from './package-contents.mjs';

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

it('a package can be read by everybody, whatever the umask of its build, and has programs', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-package-'));
  try {
    const at = (name: string) => path.join(directory, name);
    await mkdir(at('private'), { mode: 0o700 });
    const modes = { 'private/text': 0o600, 'private/program': 0o700, writable: 0o666, helper: 0o4755 };
    for (const [name, mode] of Object.entries(modes)) {
      await writeFile(at(name), '');
      await chmod(at(name), mode);
    }
    await symlink('/nonexistent', at('link'));
    setPackageModes(directory);
    const names = ['.', 'private', ...Object.keys(modes)];
    const found = await Promise.all(
      names.map(async (name) => ((await stat(at(name))).mode & 0o7777).toString(8)),
    );
    expect(found).toEqual(['755', '755', '644', '755', '644', '755']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
