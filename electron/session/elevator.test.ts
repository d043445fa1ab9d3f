import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elevatedCommand, systemElevator, windowsArgument } from './elevator.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-elevator-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function program(body: string): Promise<string> {
  const file = path.join(directory, 'asks');
  await writeFile(
    file,
    `#!/bin/sh\nfor a in "$@"; do printf '%s\\n' "$a"; done > ${directory}/called\nenv | grep ^BULKHEAD_ ` +
      `> ${directory}/env\n${body}\n`,
  );
  await chmod(file, 0o755);
  return file;
}
async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
/** An elevated command that connects to the socket of its last argument and runs `script` on it. */
const onSocket = (script: string) => `place=""; for a in "$@"; do place="$a"; done
${process.execPath} -e 'const s = require("net").connect(process.argv[1]); ${script}' "$place"`;
const writes = onSocket('s.end("{\\"type\\":\\"x\\"}\\n")');

// Fakes of osascript and PowerShell. Not run on a real macOS or Windows.
describe('requesting an administrator on macOS', () => {
  it('passes command and arguments to a fixed script, and receives events over a socket', async () => {
    const elevated = await systemElevator('darwin', await program(writes)).run(
      ['/opt/b k/bin/bulkhead'],
      ['apply', '$(id)', '"; rm -rf /'],
    );
    if (!elevated.ok) throw new Error(elevated.error.message);
    expect(await textOf(elevated.value.stdout)).toBe('{"type":"x"}\n');
    expect(await elevated.value.exited).toBe(0);
    const called = (await readFile(path.join(directory, 'called'), 'utf8')).trimEnd().split('\n');
    expect(
      called
        .slice(0, 14)
        .filter((_, index) => index % 2 === 1)
        .join('\n'),
    ).toContain('do shell script theCommand with administrator privileges');
    expect(called.slice(14, 18)).toEqual(['/opt/b k/bin/bulkhead', 'apply', '$(id)', '"; rm -rf /']);
    expect(called.at(-2)).toBe('--events-to');
  });

  it('writes to the elevated command over the same socket', async () => {
    const echoes = onSocket('s.write("ready\\n"); s.once("data", (d) => s.end(d))');
    const elevated = await systemElevator('darwin', await program(echoes)).run(['/b'], []);
    if (!elevated.ok) throw new Error(elevated.error.message);
    const { writeLine: notify, stdout } = elevated.value;
    stdout.once('data', () => {
      notify('cancel');
    });
    expect(await textOf(stdout)).toBe('ready\ncancel\n');
  });

  it.each([
    ['execution error: User canceled. (-128)', 126],
    ['execution error: The administrator user name or password was incorrect. (-60007)', 127],
    ['', 1],
  ])('knows what "%s" means', async (message, code) => {
    const elevated = await systemElevator('darwin', await program(`echo '${message}' >&2; exit 1`)).run(
      ['/b'],
      [],
    );
    expect(elevated.ok && (await elevated.value.exited)).toBe(code);
  });
});

describe('requesting an administrator on Windows', () => {
  it('passes program and arguments in the environment of a fixed command', async () => {
    const elevated = await systemElevator('win32', await program('exit 126')).run(
      ['C:\\Program Files\\Bulkhead\\node.exe', 'C:\\Program Files\\Bulkhead\\main.cjs'],
      ['apply', 'C:\\dir with space\\', 'a"b'],
    );
    expect(elevated.ok && (await elevated.value.exited)).toBe(126);
    expect(await readFile(path.join(directory, 'called'), 'utf8')).not.toContain('Bulkhead');
    expect(await readFile(path.join(directory, 'env'), 'utf8')).toMatch(
      new RegExp(
        String.raw`^BULKHEAD_ARGUMENTS="C:\\Program Files\\Bulkhead\\main\.cjs" apply ` +
          String.raw`"C:\\dir with space\\\\" "a\\"b" --events-to \S+$`,
        'm',
      ),
    );
  });

  it.each([
    ['plain', 'plain'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a"b', '"a\\"b"'],
    ['c:\\a b\\', '"c:\\a b\\\\"'],
    ['a\\"b', '"a\\\\\\"b"'],
    ['c:\\a\\', 'c:\\a\\'],
  ])('writes %j as %j', (text, written) => {
    expect(windowsArgument(text)).toBe(written);
  });

  it('runs Node, since the launcher is a shell script', () => {
    expect(elevatedCommand('C:\\Bulkhead', 'win32')).toEqual([
      'C:\\Bulkhead\\node_modules\\node\\bin\\node.exe',
      'C:\\Bulkhead\\dist\\cli\\main.cjs',
    ]);
    expect(elevatedCommand('/opt/bulkhead', 'linux')).toEqual(['/opt/bulkhead/bin/bulkhead']);
  });
});

it('receives events of the command line over the socket, also an error before the run', async () => {
  const net = await import('node:net');
  const place = path.join(directory, 's');
  let output = '';
  const server = net.createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(place, resolve);
  });
  const main = path.resolve(import.meta.dirname, '../../cli/main.ts');
  const code = await new Promise<number | null>((resolve) => {
    execFile(
      process.execPath,
      [
        main,
        'apply',
        path.join(directory, 'none.json'),
        '--yes',
        '--json',
        '--events',
        '--events-to',
        place,
        '--root',
        path.join(directory, 'engine'),
      ],
      (error) => {
        resolve(typeof error?.code === 'number' ? error.code : 0);
      },
    );
  });
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  expect(code).toBe(2);
  expect(JSON.parse(output)).toMatchObject({ error: { code: 'input.unusable' } });
});
