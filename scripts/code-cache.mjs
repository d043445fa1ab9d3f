// Makes V8's code cache of a built program (cli/cached-require.ts), in the Node that is to run it: `node
// scripts/code-cache.mjs command-line|gateway DIRECTORY`. It contains what help and a status run, also the
// status of a running engine, or what a gateway runs until it listens. Other functions are compiled at their
// first use.
import { Buffer } from 'node:buffer';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setImmediate } from 'node:timers';
import { cachedRequire } from '../cli/cached-require.ts';
import { serveFakeEngine } from './fake-engine.mjs';

const [program, bundle] = process.argv.slice(2);
const directory = path.resolve(bundle);
const entry = path.join(directory, 'main.cjs');
const scripts = [];
const load = cachedRequire(createRequire(entry), directory, (file, source, script) => {
  scripts.push({ file, source, script });
});
const root = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-code-cache-'));
const settings = path.join(root, 'admin-settings.json');
writeFileSync(settings, '{"configurationFileVersion": 2}');

// When all that it runs has ended; a gateway ends by itself after a signal.
process.once('exit', () => {
  rmSync(root, { recursive: true });
  for (const { file, source, script } of scripts) {
    const fresh = `${file}.cache.${process.pid}`;
    writeFileSync(fresh, Buffer.concat([source, script.createCachedData()]));
    renameSync(fresh, `${file}.cache`);
  }
});

// A program runs its arguments as soon as it is loaded.
if (program === 'gateway') runGateway();
else await runCommands();

async function runCommands() {
  process.argv = [process.execPath, entry, '--help'];
  const { main } = load('./program.cjs');
  for (const place of ['none', '.']) await main(['status', '--root', path.join(root, place)]);
  const end = await serveFakeEngine(root);
  for (const command of [['status'], ['engine', 'status']]) await main([...command, '--root', root]);
  end();
  // Instead of the status's: no engine runs in the first.
  process.exitCode = 0;
}

function runGateway() {
  // It must not be taken for a service, or for a gateway that replaces another one.
  process.env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:NOTIFY_SOCKET$|LISTEN_|BULKHEAD_)/.test(name)),
  );
  const socket = (name) => `unix://${path.join(root, name)}`;
  const state = path.join(root, 'state');
  process.argv = [process.execPath, entry, 'gateway'].concat(
    [
      '--engine',
      socket('engine.sock'),
      '--listen',
      socket('docker.sock'),
      '--metrics',
      socket('metrics.sock'),
    ],
    ['--settings', settings, '--state', state, '--audit', path.join(root, 'audit.jsonl')],
  );
  // It listens for this signal once it serves.
  process.on('newListener', (event) => {
    if (event === 'SIGTERM') setImmediate(() => process.kill(process.pid, 'SIGTERM'));
  });
  load('./program.cjs');
}
