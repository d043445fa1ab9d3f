// Makes V8's code cache of the command line's bundle in a directory (cli/cached-require.ts), in the Node that
// is to run it. It contains what help and a status run. Other functions are compiled at their first use.
import { Buffer } from 'node:buffer';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { cachedRequire } from '../cli/cached-require.ts';

const directory = path.resolve(process.argv[2]);
const entry = path.join(directory, 'main.cjs');
const scripts = [];
const load = cachedRequire(createRequire(entry), directory, (file, source, script) => {
  scripts.push({ file, source, script });
});

const root = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-code-cache-'));
try {
  writeFileSync(path.join(root, 'admin-settings.json'), '{"configurationFileVersion": 2}');
  // The program runs its arguments as soon as it is loaded.
  process.argv = [process.execPath, entry, '--help'];
  const { main } = load('./program.cjs');
  for (const place of ['none', '.']) await main(['status', '--root', path.join(root, place)]);
} finally {
  rmSync(root, { recursive: true });
}
for (const { file, source, script } of scripts) {
  const fresh = `${file}.cache.${process.pid}`;
  writeFileSync(fresh, Buffer.concat([source, script.createCachedData()]));
  renameSync(fresh, `${file}.cache`);
}
// Instead of the status's: no engine runs there.
process.exitCode = 0;
