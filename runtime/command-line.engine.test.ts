import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planShifted } from '../planner/mounts/overlay.ts';
import { encodeRefusal, PlanBuilder } from '../planner/base/plan.ts';
import { diskMap, upperMap } from '../planner/ranges/disk-maps.ts';
import { firstBase } from '../planner/ranges/id-ranges.ts';

/** As built for use, and as built by clang with its address and undefined-behaviour sanitizers. */
const builds = {
  'the runtime': 'build/bulkhead-runc',
  'the sanitized runtime': 'build/sanitized/bulkhead-runc',
} as const;
const build = (...args: string[]) => {
  execFileSync('sh', [path.join(import.meta.dirname, 'build.sh'), ...args], { encoding: 'utf8' });
};
beforeAll(() => {
  build();
  build('sanitized');
});

/** A fake runc: records its arguments and environment, and does what the test requires. */
const fakeRunc = `#!/bin/sh
out=$(dirname "$0")/..
{ echo "$*"; umask; ls /proc/self/fd | tr '\\n' ' '; echo; ulimit -n; grep SigIgn /proc/self/status
} >> "$out/called"
[ -t 0 ] || cat > "$out/stdin"
. "$out/does"
`;
const plan = (...fields: string[]) =>
  Buffer.from(['bulkhead-plan-2', String(fields.length), ...fields, ''].join('\0'));
const nothing = new PlanBuilder().encode();

describe.each(Object.keys(builds) as (keyof typeof builds)[])('%s', (which) => {
  let root: string;
  let planner: Server | null = null;
  const received: string[][] = [];
  const created: string[] = [];
  const at = (...parts: string[]) => path.join(root, ...parts);
  beforeEach(() => {
    root = mkdtempSync('/tmp/bulkhead-runc-');
    created.push(root);
    mkdirSync(at('runtime'));
    mkdirSync(at('bundle'));
    copyFileSync(path.join(import.meta.dirname, builds[which]), at('runtime/bulkhead-runc'));
    writeFileSync(at('runtime/runc'), fakeRunc, { mode: 0o755 });
    writeFileSync(at('does'), '');
    received.length = 0;
  });
  afterEach(async () => {
    if (planner === null) return;
    const closed = once(planner, 'close');
    planner.close();
    await closed;
    planner = null;
  });
  afterAll(() => {
    for (const directory of created) rmSync(directory, { recursive: true });
  });

  /** A planner that responds by verb; null: closes the connection without a response. */
  const plannerThat = async (
    answers: Partial<Record<string, Buffer | null>>,
    answer = (socket: Socket, bytes: Buffer | null) => {
      if (bytes === null) socket.end();
      else socket.end(bytes);
    },
  ) => {
    planner = createServer({ allowHalfOpen: true }, (socket) => {
      let text = '';
      socket
        .on('error', () => undefined)
        .on('data', (chunk) => {
          text += chunk.toString();
          const requests = text.split(/(?<=\0end\0)/);
          text = requests.at(-1)?.endsWith('\0end\0') === false ? (requests.pop() ?? '') : '';
          for (const request of requests) reply(socket, request.split('\0'));
        })
        .on('end', () => {
          socket.end();
        });
    }).listen(at('planner.sock'));
    const reply = (socket: Socket, fields: string[]) => {
      received.push(fields);
      const [, verb] = fields;
      // A one-way message gets no response, nor does what follows it.
      if (verb?.startsWith('deleting') !== true && socket.writable)
        answer(socket, answers[verb ?? ''] === undefined ? nothing : (answers[verb ?? ''] ?? null));
    };
    await once(planner, 'listening');
  };
  const run = async (args: string[], input = '') => {
    const child = spawn(at('runtime/bulkhead-runc'), args, {
      cwd: at('bundle'),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.on('error', () => undefined).end(input);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect(stderr).not.toMatch(/Sanitizer|runtime error/);
    return { code, signal, stderr };
  };
  const verbs = () => received.map(([, verb]) => verb);
  const called = () => (existsSync(at('called')) ? readFileSync(at('called'), 'utf8') : '');
  /** As if the planner had state of a container. */
  const keeps = (id: string) => {
    mkdirSync(at('isolation/containers'), { recursive: true });
    writeFileSync(at(`isolation/containers/${id}.json`), '{}');
  };
  const create = ['create', '--bundle', '.', '--pid-file', 'pid', 'c1'];

  it('passes streams, umask, signals and limits on to runc unchanged, and no file of its own', async () => {
    await plannerThat({});
    const { code } = await run(['--root', '/r', 'run', '--bundle', '.', 'c1'], 'input');
    expect(code).toBe(0);
    const through = called();
    rmSync(at('called'));
    const direct = spawn(at('runtime/runc'), ['--root', '/r', 'run', '--bundle', '.', 'c1'], {
      cwd: at('bundle'),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    direct.stdin.end('input');
    await once(direct, 'close');
    expect(through).toBe(called());
    expect(readFileSync(at('stdin'), 'utf8')).toBe('input');
    expect(received[0]?.slice(0, 5)).toEqual(['bulkhead-request-2', 'create', 'c1', at('bundle'), '/r']);
    expect(verbs()).toEqual(['create', 'delete', 'release']);
  });

  it.each(['ipc', 'mnt', 'net', 'pid', 'uts'])(
    "does not let a created container go on in the machine's %s namespace (A7)",
    async (name) => {
      const ranged = new PlanBuilder();
      ranged.range(firstBase);
      await plannerThat({ create: ranged.encode() });
      const flags = { ipc: '--ipc', mnt: '--mount', net: '--net', pid: '--pid --fork', uts: '--uts' };
      const others = Object.entries(flags).flatMap(([other, flag]) => (other === name ? [] : [flag]));
      const maps = ['users', 'groups'].map((ids) => `--map-${ids}=0:${firstBase}:65536`);
      // It reports its process id in the machine's namespace once everything is mapped.
      const reports =
        `IFS=' ' read -r pid rest < /proc/self/stat; echo "$pid" > ${at('bundle/pid')}; ` + 'exec sleep 1000';
      writeFileSync(at('started'), reports);
      const options = [...maps, ...others].join(' ');
      const command = `unshare --user ${options} --propagation unchanged sh ${at('started')}`;
      writeFileSync(
        at('does'),
        `case "$*" in
      *create*) ${command} < /dev/null > /dev/null 2> ${at('why')} &
        until [ -s ${at('bundle/pid')} ]; do [ ! -s ${at('why')} ] || exit 3; done;;
      *delete*) kill -9 "$(cat ${at('bundle/pid')})";;
    esac`,
      );
      const { code, stderr } = await run(create);
      const what = `runc created the container in the machine's ${name} namespace; it was not started`;
      expect({ code, stderr }).toEqual({ code: 1, stderr: `bulkhead: ${what}\n` });
    },
  );

  it('A2: stops and cleans up a created container that has no range of its own', async () => {
    const ranged = new PlanBuilder();
    ranged.range(1_000_013_824);
    await plannerThat({ create: ranged.encode() });
    writeFileSync(at('does'), 'case "$*" in *create*) echo $$ > pid;; esac');
    const { code, stderr } = await run(create);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'bulkhead: runc created the container without its own user namespace; it was not started\n',
    });
    expect(called()).toMatch(/^--root \/run\/bulkhead\/steps\/[0-9a-f]+-[0-9a-f]+ delete --force c1$/m);
    expect(verbs()).toEqual(['create', 'delete', 'release']);
  });

  it("returns runc's exit code and signal, and cleans up after it", async () => {
    await plannerThat({});
    writeFileSync(at('does'), 'exit 7');
    expect((await run(create)).code).toBe(7);
    writeFileSync(at('does'), 'kill -9 $$');
    expect((await run(['run', 'c1'])).code).toBe(137);
    expect(verbs()).toEqual(['create', 'delete', 'release', 'create', 'delete', 'release']);
  });

  /** Runs a container through runc while a process that keeps running has its files open for writing. */
  const runWithHolder = async () => {
    for (const name of ['lower', 'up/diff', 'up/work', 'merged', 'private'])
      mkdirSync(at(name), { recursive: true });
    const layers = {
      lowers: [at('lower')],
      upper: { parent: at('up'), name: 'diff', work: 'work' },
      options: [],
    };
    const made = new PlanBuilder();
    const tree = planShifted(made, layers, {
      namespace: made.userNamespace(diskMap(firstBase)),
      upperNamespace: made.userNamespace(upperMap(firstBase)),
      base: firstBase,
      readOnly: false,
      mounts: [],
    });
    made.attach(made.clone(tree), at('merged'), true);
    made.privateDirectory(at('private'));
    const root = made.place(tree, 'root');
    await plannerThat({ create: made.encode() });
    const holder = `sleep 1000 < /dev/null > /dev/null 2>&1 & echo $! > ${at('keeper')}`;
    writeFileSync(at('does'), `echo x > ${root}/written; exec 3> ${root}/held; ${holder}`);
    const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];
    const child = spawn(at('runtime/bulkhead-runc'), ['run', 'c1'], { cwd: at('bundle'), stdio });
    const ended = once(child, 'exit');
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    return {
      child,
      ended,
      stderr: () => stderr,
      endHolder: () => {
        process.kill(Number(readFileSync(at('keeper'), 'utf8')), 'SIGKILL');
      },
    };
  };
  const waiting = 'waiting until a process of another container closes a file';

  it('A5: mounts in a namespace of its own, and freezes the files of a foreground container', async () => {
    const { child, ended, stderr, endHolder } = await runWithHolder();
    try {
      await expect.poll(stderr).toContain(waiting);
      expect(existsSync(path.join(at('private'), 'root'))).toBe(false);
      expect(readFileSync(path.join(at('merged'), 'written'), 'utf8')).toBe('x\n');
      child.kill('SIGTERM');
      expect(await ended).toEqual([1, null]);
      expect(stderr()).toContain('cannot keep others from writing to what the container wrote');
      expect(verbs()).toEqual(['create', 'delete', 'release']);
    } finally {
      endHolder();
      execFileSync('umount', [at('merged')]);
    }
  });

  it('A5: waits a limited time for files open for writing; then the run has failed', async () => {
    const { ended, stderr, endHolder } = await runWithHolder();
    try {
      expect(await ended).toEqual([1, null]);
      expect(stderr()).toContain(waiting);
      expect(stderr()).toMatch(
        /still has a file of this one's open for writing after \d+ s, .* so it counts as failed/,
      );
      expect(verbs()).toEqual(['create', 'delete', 'release']);
    } finally {
      endHolder();
      execFileSync('umount', [at('merged')]);
    }
  });

  it.each([
    [
      'refuses',
      encodeRefusal('enhanced container isolation: no'),
      'bulkhead: enhanced container isolation: no\n',
      ['create'],
    ],
    [
      'hangs up',
      null,
      'bulkhead: the planner hung up without an answer: see its log, then try again\n',
      ['create', 'create', 'delete', 'release'],
    ],
    [
      'stops in the middle of a word',
      nothing.subarray(0, -2),
      /is not understood \(it is cut off\)/,
      ['create', 'delete', 'release'],
    ],
    [
      'stops after a word',
      plan('unmount', '/nonexistent-here').subarray(0, 22),
      /is not understood \(it/,
      ['create', 'delete', 'release'],
    ],
    [
      'says more than it should',
      Buffer.concat([nothing, nothing]),
      /is not understood \(the number of fields/,
      ['create', 'delete', 'release'],
    ],
    [
      'refuses and goes on',
      plan('error', 'x', 'unmount', '/nonexistent', 'end'),
      /fields after the error/,
      ['create', 'delete', 'release'],
    ],
    [
      'asks for what fails',
      plan('dir', '/nonexistent-here', 'end'),
      /cannot open \/nonexistent-here: No such file/,
      ['create', 'delete', 'release'],
    ],
    [
      'answers without end',
      Buffer.alloc((1 << 20) + 2, 65),
      /answer did not arrive.*Message too long/,
      ['create'],
    ],
  ])('starts nothing when the planner %s', async (_, bytes, reports, then) => {
    await plannerThat({ create: bytes });
    const { code, stderr } = await run(create);
    expect(code).toBe(1);
    expect(stderr).toMatch(reports);
    expect(called()).toBe('');
    expect(verbs()).toEqual(then);
  });

  it('reads a reply that arrives byte by byte', async () => {
    await plannerThat({}, (socket, bytes) => {
      const send = (i: number): void => {
        if (bytes === null || i === bytes.length) socket.end();
        else
          socket.write(bytes.subarray(i, i + 1), () => {
            setImmediate(send, i + 1);
          });
      };
      send(0);
    });
    expect((await run(['run', 'c1'])).code).toBe(0);
  });

  it('sends the request to the next planner if one ends before it responds', async () => {
    let ended = false;
    await plannerThat({}, (socket, bytes) => {
      if (ended) {
        socket.end(bytes ?? nothing);
        return;
      }
      ended = true;
      socket.destroy();
    });
    expect(await run(['run', 'c1'])).toMatchObject({ code: 0, stderr: '' });
    expect(verbs()).toEqual(['create', 'create', 'delete', 'release']);
  });

  it('starts nothing without a planner, but still deletes', async () => {
    expect(await run(['run', 'c1'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the isolation planner does not answer') as unknown,
    });
    expect(called()).toBe('');
    keeps('c1');
    const { code, stderr } = await run(['delete', '--force', 'c1']);
    expect(code).toBe(0);
    expect(called()).toContain('delete --force c1');
    expect(stderr).toContain('left for the planner');
  });

  it('sends a delete to the planner if it has state of the container, else only to runc', async () => {
    await plannerThat({});
    expect((await run(['delete', 'c1'])).code).toBe(0);
    expect({ verbs: verbs(), called: called() }).toEqual({
      verbs: [],
      called: expect.stringContaining('delete c1') as string,
    });
    keeps('c1');
    expect((await run(['delete', 'c1'])).code).toBe(0);
    expect(verbs()).toEqual(['deleting', 'delete', 'release']);
    received.length = 0;
    expect((await run(['delete', '-f', 'c1'])).code).toBe(0);
    expect(verbs()).toEqual(['deleting-by-force', 'delete', 'release']);
    // What cannot be inspected may still exist.
    rmSync(at('isolation'), { recursive: true });
    writeFileSync(at('isolation'), '');
    expect((await run(['delete', 'c1'])).code).toBe(0);
    expect(verbs()).toHaveLength(6);
  });

  it("writes its errors to runc's log, as text and as JSON that containerd can read", async () => {
    await plannerThat({ create: encodeRefusal('quote " backslash \\ line\nend') });
    await run(['--log', 'log.json', '--log-format', 'json', ...create]);
    const [line = ''] = readFileSync(at('bundle/log.json'), 'utf8').trim().split('\n');
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      msg: 'bulkhead: quote " backslash \\ line\nend',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
    });
    await run(['--log', 'log.txt', ...create]);
    expect(readFileSync(at('bundle/log.txt'), 'utf8')).toMatch(
      /^level=error msg="bulkhead: quote \\" backslash \\\\ line\\u000aend" time="/,
    );
    // A full disk affects only the log.
    expect(await run(['--log', '/dev/full', ...create])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('bulkhead: quote') as unknown,
    });
  });

  it('forwards signals to runc, and ends it when it is killed', async () => {
    await plannerThat({});
    writeFileSync(
      at('does'),
      'trap "exit 9" TERM; echo $$ > "$out/runc-pid"; : > "$out/up"; while :; ' +
        'do read -r line < "$out/fifo"; done',
    );
    execFileSync('mkfifo', [at('fifo')]);
    const start = async () => {
      rmSync(at('up'), { force: true });
      const child = spawn(at('runtime/bulkhead-runc'), ['run', 'c1'], {
        cwd: at('bundle'),
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      await expect.poll(() => existsSync(at('up'))).toBe(true);
      return { child, pid: Number(readFileSync(at('runc-pid'), 'utf8')) };
    };
    const first = await start();
    const ended = once(first.child, 'exit');
    first.child.kill('SIGTERM');
    expect(await ended).toEqual([9, null]);
    const second = await start();
    const killed = once(second.child, 'exit');
    second.child.kill('SIGKILL');
    await killed;
    await expect
      .poll(
        () =>
          existsSync(`/proc/${second.pid}`) &&
          !readFileSync(`/proc/${second.pid}/stat`, 'utf8').includes(') Z'),
      )
      .toBe(false);
  });

  it.each([
    [['--log', '/dev/null', '--frobnicate', 'create', 'c1'], /option --frobnicate is not known/],
    [['create', '--new-option', 'x', 'c1'], /option --new-option is not known/],
    [['create', '--bundle'], /option --bundle needs a value/],
    [['create', '--pid-file=p'], /needs a container id/],
    [['create', '--pid-file=p', 'c1', 'c2'], /takes one container id/],
    [['create', '--pid-file=p', '--', 'c1', '--bundle=x'], /takes one container id/],
    [['create', 'c1'], /needs --pid-file/],
    [['run', '--detach=T', 'c1'], /needs --pid-file/],
    [['run', '--detach=maybe', 'c1'], /takes true or false/],
    [['create', '--help', 'c1'], /option --help is not known/],
    [['--version', 'run', 'c1'], /take no command/],
    [['--', 'run', 'c1'], /cannot follow --/],
    [['restore', 'c1'], /not supported with isolated containers/],
    [['delete', '--what', 'c1'], /option --what is not known/],
    [['exec', 'c1', 'sh'], /takes one container id/],
    [['exec', '--tty', '--process', 'p', 'c1'], /option --tty is not known/],
    [['exec', 'c1'], /needs --process/],
    [['exec', '--process', 'gone', 'c1'], /cannot find gone/],
  ])('refuses %j, which runc could read in another way', async (args, reports) => {
    await plannerThat({});
    const { code, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(reports);
    expect(called()).toBe('');
    expect(received).toEqual([]);
  });

  it.each([
    ['create', '--bundle', '.', '--pid-file', 'pid', 'c1'],
    ['run', 'c1'],
    ['delete', 'c1'],
    ['exec', '--process', 'p', 'c1'],
    ['kill', 'c1', '9'],
    ['state', 'c1'],
    ['list'],
  ])(
    "what names no root never meets containers of runc's default one, which are anybody's: %s",
    async (...args) => {
      await plannerThat({});
      writeFileSync(at('bundle/p'), '{}');
      await run(args);
      const { dev, ino } = statSync(root, { bigint: true });
      expect(called().split('\n')[0]).toBe(
        `--root /run/bulkhead/steps/${dev.toString(16)}-${ino.toString(16)} ${args.join(' ')}`,
      );
    },
  );

  it("runs exec in a build's step where the planner permits it; sends no request for others", async () => {
    writeFileSync(at('bundle/p'), '{}');
    await plannerThat({ exec: encodeRefusal('not theirs') });
    expect(await run(['exec', '--process', 'p', '--pid-file=q', '--detach', 'c1'])).toMatchObject({
      code: 1,
      stderr: 'bulkhead: not theirs\n',
    });
    expect(called()).toBe('');
    const { dev, ino } = statSync(root, { bigint: true });
    const stepsRoot = `/run/bulkhead/steps/${dev.toString(16)}-${ino.toString(16)}`;
    expect(received.map((fields) => fields.slice(1, 5))).toEqual([['exec', 'c1', at('bundle/p'), stepsRoot]]);
    expect((await run(['--root', '/r', 'exec', '--process', 'p', 'c1'])).code).toBe(0);
    expect(received).toHaveLength(1);
  });

  it('runs none without a planner', async () => {
    writeFileSync(at('bundle/p'), '{}');
    expect(await run(['exec', '--process', 'p', 'c1'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('planner does not answer') as unknown,
    });
    expect(called()).toBe('');
  });

  it.each([
    ['--version'],
    ['--root', '/r', 'list'],
    ['--root', '/r', 'state', 'c1'],
    ['--root', '/r', 'exec', '--process', 'p', '--detach', 'c1'],
    ['--root', '/r', 'features'],
  ])('passes %s on to runc untouched', async (...args) => {
    expect((await run(args)).code).toBe(0);
    expect(called().split('\n')[0]).toBe(args.join(' '));
  });

  it('runs the installed runc where the linked one is gone: another package replaced it', () => {
    rmSync(at('runtime/runc'));
    symlinkSync('/usr/sbin/removed-runc', at('runtime/runc'));
    expect(execFileSync(at('runtime/bulkhead-runc'), ['--version'], { encoding: 'utf8' })).toMatch(
      /^runc version /,
    );
  });

  it('has standard streams of its own if it was started without', () => {
    const { status } = spawnSync('sh', [
      '-c',
      '"$1" --version <&- >&- 2>&-',
      'sh',
      at('runtime/bulkhead-runc'),
    ]);
    expect(status).toBe(0);
    expect(called().split('\n')[2]).toMatch(/^0 1 2 /);
  });
});
