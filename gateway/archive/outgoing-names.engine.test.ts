import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../../tests/support/guarded-engine.ts';
import { startTwoEngines, type TwoEngines } from '../../tests/support/two-engines.ts';

let engines: TwoEngines;
beforeAll(async () => {
  engines = await startTwoEngines();
});
afterAll(async () => {
  await engines?.stop();
});

/** More than a head and errors take, and less than the file that is copied first. */
const holdAfterBytes = 256 * 1024;

/**
 * A socket to `to` whose responses pause after some bytes, until they are released: the engine waits then,
 * in the middle of its walk.
 */
async function slowSocket(
  file: string,
  to: string,
): Promise<{ readonly paused: Promise<void>; release(): void; close(): void }> {
  let hold = (): void => undefined;
  const paused = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const waiting = new Set<Socket>();
  let released = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: to, allowHalfOpen: true });
    let bytes = 0;
    client.pipe(engine);
    engine.on('data', (part: Buffer) => {
      if (!client.write(part)) {
        engine.pause();
        client.once('drain', () => {
          if (!waiting.has(engine)) engine.resume();
        });
      }
      bytes += part.length;
      if (released || bytes < holdAfterBytes) return;
      engine.pause();
      waiting.add(engine);
      hold();
    });
    engine.on('end', () => {
      client.end();
    });
    for (const socket of [client, engine])
      socket.on('error', () => {
        client.destroy();
        engine.destroy();
      });
  });
  server.listen(file);
  await once(server, 'listening');
  return {
    paused,
    release: () => {
      released = true;
      for (const engine of waiting) engine.resume();
      waiting.clear();
    },
    close: () => {
      server.close();
    },
  };
}

interface Case {
  readonly name: string;
  readonly directory: string;
  readonly from: string;
  readonly client: (from: string) => string;
}

/**
 * A container exchanges a directory for a link to a place of the client's while the engine walks: the engine
 * has listed it as a directory, so it sends the link and what is below. Returns what was written there, and
 * the client's exit code and output.
 */
async function copied(side: Side, { name, directory, from, client }: Case) {
  const victim = path.join(side.work, `${name}.victim`);
  const shared = path.join(side.work, `${name}.shared`);
  await side.sh(`docker rm -f ${name} ${name}.down; rm -rf ${victim} ${shared}`);
  await Promise.all([victim, shared].map((one) => mkdir(one)));
  const inside =
    `mkdir -p ${directory}/s ${victim}; echo harmless > ${directory}/s/x; echo evil > ${victim}/evil; ` +
    `dd if=/dev/zero of=${directory}/0 bs=1M count=64 2> /dev/null; touch /shared/ready; ` +
    `until [ -e /shared/go ]; do sleep 0.05; done; rm -r ${directory}/s; ln -s ${victim} ${directory}/s; ` +
    'touch /shared/done; sleep 1000';
  const until = (file: string) => `until [ -e ${shared}/${file} ]; do sleep 0.05; done`;
  const started = await side.sh(
    `docker run -d --name ${name} -v ${name}:/v -v ${shared}:/shared busybox sh -c '${inside}'; ` +
      `docker create --name ${name}.down -v ${name}:/v busybox true; mkdir -p t${victim}; ` +
      `echo evil > t${victim}/evil; tar -c -C t . | docker cp - ${name}.down:/; ${until('ready')}`,
  );
  expect(started).toMatchObject({ code: 0, stderr: '' });
  const socket = path.join(side.work, `${name}.sock`);
  const slow = await slowSocket(socket, side.socket);
  try {
    const copy = side.sh(client(from), { DOCKER_HOST: `unix://${socket}` });
    await slow.paused;
    await writeFile(path.join(shared, 'go'), '');
    await side.sh(until('done'));
    slow.release();
    const { code, stdout, stderr } = await copy;
    const { stdout: written } = await side.sh(`ls ${victim}; docker rm -f ${name} ${name}.down > /dev/null`);
    return { written, failed: code !== 0, stdout, stderr };
  } finally {
    slow.close();
  }
}

describe('an unpatched client writes nothing outside of where it unpacks (CVE-2026-17106)', () => {
  const cp = (into: string) => (from: string) => `mkdir -p ${into}; docker cp -q ${from} ${into}/`;
  it.each<Case>([
    { name: 'up', directory: '/d', from: 'up:/d', client: cp('out.up') },
    { name: 'contents', directory: '/d', from: 'contents:/d/.', client: cp('out.contents') },
    {
      name: 'renamed',
      directory: '/d',
      from: 'renamed:/d',
      client: (from) => `docker cp -q ${from} out.renamed`,
    },
  ])('docker cp: $name', async (one) => {
    const bare = await copied(engines.bare, one);
    expect(bare.written, bare.stderr).toBe('evil\n');
    const guarded = await copied(engines.guarded, one);
    expect(guarded).toMatchObject({ written: '', failed: true });
  });

  // A link in a volume is followed by the engine here no more (nosymfollow), so there is nothing to cut.
  it.each<Case>([
    { name: 'volume', directory: '/v/d', from: 'volume:/v/d', client: cp('out.volume') },
    { name: 'down', directory: '/v/d', from: 'down.down:/v/d', client: cp('out.down') },
  ])('docker cp of a volume: $name', async (one) => {
    expect((await copied(engines.bare, one)).written).toBe('evil\n');
    expect((await copied(engines.guarded, one)).written).toBe('');
  });

  it('docker export', async () => {
    const one: Case = {
      name: 'exported',
      directory: '/0',
      from: 'exported',
      client: (from) =>
        `docker export ${from} > ${from}.tar; code=$?; tar -tf ${from}.tar 2> /dev/null | grep ^0/; ` +
        'exit $code',
    };
    expect(await copied(engines.bare, one)).toMatchObject({
      failed: false,
      stdout: '0/\n0/0\n0/s\n0/s/evil\n',
    });
    const guarded = await copied(engines.guarded, one);
    expect(guarded.stdout).toContain('0/0');
    expect(guarded.failed).toBe(true);
    expect(guarded.stdout).not.toContain('evil');
  });
});
