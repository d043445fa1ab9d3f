import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bundle } from '../../../scripts/bundle.mjs';

const source = (name: string) => path.join(import.meta.dirname, name);

it.runIf(process.platform === 'linux')(
  'runs the thread of its own version, whatever an upgrade has replaced it with',
  async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-splicer-'));
    const options = { directory, target: 'node24', minify: true };
    try {
      await bundle({ ...options, input: { main: source('splicer.ts') } });
      await bundle({ ...options, input: { 'splice-thread': source('thread.ts') } });
      // Where its native module is looked for.
      await symlink(path.resolve('node_modules'), path.join(directory, 'node_modules'));
      const script = `
        const { getSplicer, loadThread } = require('./main.cjs');
        process.on('warning', ({ message }) => { console.log(message); process.exit(); });
        loadThread();
        require('fs').writeFileSync('splice-thread.cjs', 'throw new Error("another version")');
        const wait = () => getSplicer().ready ? console.log('ready') : setTimeout(wait, 10);
        wait();`;
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: directory });
      expect(stdout).toBe('ready\n');
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
