import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { followCommand } from './elevated-command.ts';

/** An elevated command whose output and end are the test's. */
function command() {
  let exit: (code: number) => void = () => undefined;
  const exited = new Promise<number>((resolve) => {
    exit = resolve;
  });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  return {
    child: { stdout, stderr, writeLine: () => undefined, exited },
    end: (code: number) => {
      stderr.end();
      exit(code);
    },
  };
}
const isStarted = (value: unknown) =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'started';

it('is followed from its first accepted line, past one without an end in sight', async () => {
  const { child, end } = command();
  const following = followCommand(child, 'apply', isStarted);
  for (let part = 0; part < 5; part++) child.stdout.write('x'.repeat(1024 * 1024));
  child.stdout.write('\n{"type":"started"}\n');
  const followed = await following;
  end(0);
  expect(followed.ok && (await followed.value)).toEqual({ code: 0, stderr: '' });
});

it('ends as it ended when its output breaks off', async () => {
  const { child, end } = command();
  const following = followCommand(child, 'apply', isStarted);
  // Without a listener, it would end this process.
  child.stdout.destroy(new Error('read ECONNRESET'));
  await new Promise(setImmediate);
  child.stderr.write('killed');
  end(1);
  expect(await following).toMatchObject({ ok: false, error: { reason: 'killed' } });
});
