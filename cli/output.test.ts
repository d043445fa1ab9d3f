import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultRoot, systemRoot } from '../engine/base/root-paths.ts';
import { openMachineTarget } from '../engine/targets/docker-engine/target.ts';
import { runCommandLine } from '../tests/support/command-line.ts';
import { exitCodeOf, resolveRoot, resolveTarget, secondsOption } from './output.ts';
import { supervisedRoot } from './engine.ts';
import { errorText } from './text.ts';

describe("the engine's root", () => {
  it("is the option, else BULKHEAD_ROOT, else root's default", () => {
    expect(resolveRoot({ root: '/a/../b' }, { BULKHEAD_ROOT: '/c' }, 1000)).toEqual({
      ok: true,
      value: '/b',
    });
    expect(resolveRoot({}, { BULKHEAD_ROOT: '/c' }, 1000)).toEqual({ ok: true, value: '/c' });
    expect(resolveRoot({}, { BULKHEAD_ROOT: '' }, 0)).toEqual({ ok: true, value: defaultRoot });
    // As commander passes the variable.
    expect(resolveRoot({ root: '' }, { BULKHEAD_ROOT: '' }, 0)).toEqual({ ok: true, value: defaultRoot });
  });
  it.each(['', ' '])('is not another one if --root is given as %j', (root) => {
    for (const env of [{}, { BULKHEAD_ROOT: '/c' }])
      expect(resolveRoot({ root }, env, 0)).toMatchObject({ ok: false, error: { code: 'input.unusable' } });
  });
  it("is in the command that the machine's own engine advises, which would select that engine", async () => {
    const refused = await openMachineTarget('/nowhere/docker.sock').driver.start();
    const hint = refused.ok ? '' : errorText(refused.error);
    const root = /engine start --root (\/\S*[^\s.])/.exec(hint)?.[1] ?? '';
    expect(root).toBe(defaultRoot);
    expect(resolveTarget({ root })).toEqual({ ok: true, value: { kind: 'embedded', root: defaultRoot } });
  });
  it.each([{ root: systemRoot }, { target: 'system' }, { target: 'docker-engine' }])(
    'is not supervised for %j, which systemd runs',
    (options) => {
      expect(supervisedRoot(options)).toMatchObject({ ok: false, error: { code: 'input.unusable' } });
    },
  );
  it('is supervised for an embedded engine', () => {
    expect(supervisedRoot({ root: '/srv/x' })).toEqual({ ok: true, value: '/srv/x' });
    expect(supervisedRoot({ target: 'embedded:/srv/x' })).toEqual({ ok: true, value: '/srv/x' });
  });
  it('must be given by other users', () => {
    expect(resolveRoot({}, {}, 1000)).toMatchObject({
      ok: false,
      error: { code: 'input.unusable', hint: expect.stringContaining('--root') as string },
    });
    expect(resolveRoot({ root: 'a\0b' }, {}, 0)).toMatchObject({
      ok: false,
      error: { code: 'input.unusable' },
    });
  });
});

it('an error has message, reason and hint', () => {
  expect(errorText({ code: 'internal', message: 'it broke', reason: 'too hot', hint: 'Cool it.' })).toBe(
    'error: it broke: too hot\n  Cool it.',
  );
  expect(exitCodeOf({ code: 'input.unusable', message: '' })).toBe(2);
  expect(exitCodeOf({ code: 'engine.start-failed', message: '' })).toBe(1);
});

it.each(['0', '-1', 'soon', '', '1e9', 'Infinity', '99999999'])('--timeout %j is refused', (text) => {
  expect(secondsOption(text, 'timeout').ok).toBe(false);
});
it('--timeout takes fractions', () => {
  expect(secondsOption('1.5', 'timeout')).toEqual({ ok: true, value: 1500 });
});

describe('the command line', () => {
  it.each([
    [['nonsense']],
    [['engine', 'nonsense']],
    [['engine', 'start', '--nonsense']],
    [['engine', 'start', '--root', '/nowhere/x', '--timeout', 'soon']],
  ])('%j: unusable, exit 2, nothing on stdout', async (args) => {
    expect(await runCommandLine(args)).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('error: ') as string,
    });
  });
  it('status of an engine that never existed: stopped, exit 1, one JSON document', async () => {
    const { code, out, err } = await runCommandLine(['engine', 'status', '--json'], {
      env: { BULKHEAD_ROOT: '/nowhere/x' },
    });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ phase: 'stopped', root: '/nowhere/x', gatewayUp: false });
    expect(err).toBe('');
  });
  it('a path too long for a socket is refused first; with --json the error is JSON on stderr', async () => {
    const root = `/nowhere/${'x'.repeat(100)}`;
    const { code, out, err } = await runCommandLine(['engine', 'start', '--json', '--root', root]);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'engine.root-invalid' } });
  });
  it.each(['--root=/nowhere/x', '--target=embedded:/nowhere/x'])(
    'a restart with %s creates no engine there',
    async (option) => {
      const { code, err } = await runCommandLine(['engine', 'restart', '--json', option]);
      expect(code).toBe(1);
      expect(JSON.parse(err)).toMatchObject({ error: { code: 'engine.root-invalid' } });
    },
  );
  it('stopping an engine that never existed is no error', async () => {
    expect(await runCommandLine(['engine', 'stop', '--root', '/nowhere/x'])).toMatchObject({ code: 0 });
  });
});

describe('a reader that ends', () => {
  /** How a program ends that writes what nobody reads. */
  const endWithoutReader = async (script: string) => {
    const output = JSON.stringify(path.join(import.meta.dirname, 'output.ts'));
    const program = `import { continueWithoutReader, endWithReader, printResult, progress } from ${output};
      endWithReader();
      process.stdin.on('end', () => { process.exitCode = 7; ${script} setTimeout(() => {}, 50); }).resume();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const exited = once(child, 'exit');
    child.stdout.destroy();
    child.stderr.destroy();
    await Promise.all([once(child.stdout, 'close'), once(child.stderr, 'close')]);
    child.stdin.end();
    return exited;
  };
  const print = "printResult({ ok: true, value: 1 }, { human: () => 'text', failed: () => true });";
  it.each([
    ['ends a command', print, 0],
    ['ends a command that uses the stream itself', "process.stdout.write('text');", 0],
    ['does not end what must be finished', `continueWithoutReader(); ${print}`, 1],
    ['does not end a command if only progress is lost', "progress('text'); process.stderr.write('more');", 7],
  ])('%s', async (_what, script, code) => {
    expect(await endWithoutReader(script)).toEqual([code, null]);
  });
  it('a terminal that is closed does not end what must be finished', async () => {
    const output = JSON.stringify(path.join(import.meta.dirname, 'output.ts'));
    const script = `import { continueWithoutReader } from ${output};
      continueWithoutReader(); process.stdout.write('at work');
      process.stdin.on('end', () => { process.exitCode = 7; }).resume();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGHUP');
    child.stdin.end();
    expect(await exited).toEqual([7, null]);
  });
});
