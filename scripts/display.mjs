// A virtual display for machines without a screen.
import { spawn } from 'node:child_process';
import { ActionableError } from './console.mjs';

/**
 * Starts Xvfb on a free display, which it finds itself. Resolves with `{ name, stop }`, `name` such as `:99`;
 * `stop` ends its process and resolves when it has ended.
 */
export async function startDisplay(size = '1440x900x24') {
  // -displayfd 3: Xvfb writes its display number to this descriptor once it accepts clients.
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let output = '';
  xvfb.stderr.setEncoding('utf8').on('data', (chunk) => {
    output = (output + chunk).slice(-2000);
  });
  const ended = new Promise((resolve) => {
    xvfb.once('exit', resolve).once('error', resolve);
  });
  const number = await Promise.race([
    new Promise((resolve) => {
      let line = '';
      // The number and its newline may arrive separately, and Xvfb dies if the stream is closed between them.
      xvfb.stdio[3].setEncoding('utf8').on('data', (chunk) => {
        line += chunk;
        if (line.endsWith('\n')) resolve(line.trim());
      });
    }),
    ended.then(() => undefined),
  ]);
  if (number === undefined)
    throw new ActionableError(
      'The virtual display did not start: install the package xvfb and try again ' +
        `(${output.trim() || 'Xvfb ended at once'}).`,
    );
  // From here on it must not keep this program running.
  xvfb.unref();
  xvfb.stdio[3].destroy();
  return {
    name: `:${number}`,
    stop: async () => {
      xvfb.ref();
      xvfb.kill('SIGTERM');
      await ended;
    },
  };
}
