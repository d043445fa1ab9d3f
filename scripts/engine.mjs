// The embedded engine from outside, through our own command line.
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import process from 'node:process';
import { ActionableError, lastLines, note, run, step } from './console.mjs';
import { bulkheadCommand } from './paths.mjs';

/**
 * Starts the embedded engine of `root` unless it runs. Resolves true when it is ready, false if this user
 * can't start it (and the reason was printed).
 */
export async function ensureEngine(root) {
  const machineWide = await respondsToPing('/var/run/docker.sock');
  if (machineWide)
    note(
      'This machine has a Docker Engine of its own (/var/run/docker.sock). It is left alone: ' +
        `the embedded engine under ${root} is used.`,
    );
  const phase = await enginePhase(root);
  if (phase === 'ready') {
    note(`The embedded engine under ${root} is running`);
    return true;
  }
  if (process.platform !== 'linux') {
    note('There is no embedded engine on this system; the app shows how to reach one.');
    return false;
  }
  if (process.getuid?.() !== 0) {
    note(
      'The embedded engine is not running and only root can start it: ' +
        `sudo ${bulkheadCommand} engine start --root ${root}`,
    );
    return false;
  }
  step(`Starting the embedded engine under ${root}`);
  const started = await run(bulkheadCommand, ['engine', 'start', '--root', root]);
  if (started.code !== 0) {
    throw new ActionableError(
      'The embedded engine did not start: fix the errors below and try again, ' +
        'or choose another directory with BULKHEAD_ROOT.\n' +
        lastLines(started.stderr || started.stdout, 12),
    );
  }
  return true;
}

async function enginePhase(root) {
  const { stdout } = await run(bulkheadCommand, ['engine', 'status', '--root', root, '--json']);
  try {
    return JSON.parse(stdout).phase;
  } catch {
    return undefined;
  }
}

/** What to try on a running engine, as lines to print. */
export function commandsToTry(root) {
  const docker = `docker -H unix://${root}/docker.sock`;
  return [
    `Clients talk to   ${root}/docker.sock   (the gateway; the settings are ${root}/admin-settings.json)`,
    'No registry at hand? Make an image from busybox-static:',
    '  d=$(mktemp -d) && mkdir "$d/bin" && cp /bin/busybox "$d/bin/" && for a in sh cat ls id; ' +
      'do ln -s busybox "$d/bin/$a"; done && tar -C "$d" -c . | ' +
      `${docker} import -c 'ENV PATH=/bin' - busybox`,
    'See which ids a container has on the host (with isolation on, the second number is not 0):',
    `  ${docker} run --rm busybox cat /proc/self/uid_map`,
    `Stop the engine with   ${bulkheadCommand} engine stop --root ${root}`,
  ];
}

function respondsToPing(socketPath) {
  if (!existsSync(socketPath)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 2000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    ping
      .on('timeout', () => {
        ping.destroy();
      })
      .on('error', () => {
        resolve(false);
      });
    ping.end();
  });
}
