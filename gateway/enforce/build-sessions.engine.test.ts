import { chmod, chown, copyFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine, type Outcome } from '../../tests/support/guarded-engine.ts';
import { linkPlugins } from '../../tests/support/test-engine.ts';

// BuildKit asks a client only for files of a context that differ, by size and time, from what a session with
// the same shared key sent before. buildx makes that key of the context's path, which anybody can have in a
// mount namespace, and of an id in a file of the user's that others may be able to read.

let guarded: GuardedEngine;
const [alice, mallory] = [21_234, 21_235];
const homeOf = (uid: number) => path.join(guarded.scratch, String(uid));
const configOf = (uid: number) => path.join(homeOf(uid), '.docker');
const nodeId = (uid: number) => path.join(configOf(uid), 'buildx', '.buildNodeID');
const context = () => path.join(guarded.scratch, 'context');

const buildx = (uid: number, socket: string, args: string): Promise<Outcome> =>
  guarded.sh(`exec setpriv --reuid ${uid} --regid ${uid} --clear-groups docker buildx ${args}`, {
    HOME: homeOf(uid),
    DOCKER_CONFIG: configOf(uid),
    DOCKER_HOST: `unix://${socket}`,
  });

/** The time of the file in the contexts of a test, in seconds: another one for each test. */
let time = 1_700_000_000;

/** What a file of that content is in the user's build. In a test it has the same size and time each time. */
async function build(uid: number, socket: string, builder: string, content: string): Promise<string> {
  const file = path.join(context(), 'file');
  await writeFile(file, content);
  await utimes(file, time, time);
  const output = path.join(homeOf(uid), `output-${builder}`);
  const { code, stderr } = await buildx(
    uid,
    socket,
    `build --builder ${builder} --no-cache --output type=local,dest=${output} ${context()}`,
  );
  expect([code, stderr]).toEqual([0, expect.anything()]);
  return readFile(path.join(output, 'file'), 'utf8');
}

beforeAll(async () => {
  guarded = await startGuardedEngine();
  await chmod(guarded.scratch, 0o755);
  await chmod(guarded.engine.root, 0o711);
  await Promise.all([guarded.socket, guarded.engine.socket].map((socket) => chmod(socket, 0o666)));
  await mkdir(context());
  await writeFile(path.join(context(), 'Dockerfile'), 'FROM scratch\nCOPY file /\n');
  for (const uid of [alice, mallory]) {
    for (const directory of [homeOf(uid), configOf(uid), path.dirname(nodeId(uid))]) {
      await mkdir(directory);
      await chown(directory, uid, uid);
    }
    linkPlugins(configOf(uid));
    const endpoint = `unix://${guarded.socket}`;
    const created = await buildx(uid, guarded.socket, `create --name native --driver remote ${endpoint}`);
    expect([created.code, created.stderr]).toEqual([0, '']);
  }
  expect(await build(alice, guarded.socket, 'default', 'anything')).toBe('anything');
  await copyFile(nodeId(alice), nodeId(mallory));
  await chown(nodeId(mallory), mallory, mallory);
});
afterAll(async () => {
  await guarded?.stop();
});

beforeEach(() => {
  time += 1;
});

describe("B1: a build of a user who has another's shared key", () => {
  it("gets the other's files on the bare engine", async () => {
    expect(await build(alice, guarded.engine.socket, 'default', 'of alice')).toBe('of alice');
    expect(await build(mallory, guarded.engine.socket, 'default', 'mallory!')).toBe('of alice');
  });

  it.each([
    ['POST /session', 'default'],
    ['native gRPC', 'native'],
  ])('gets none of them through the gateway: %s', async (_, builder) => {
    expect(await build(alice, guarded.socket, builder, 'of alice')).toBe('of alice');
    expect(await build(mallory, guarded.socket, builder, 'mallory!')).toBe('mallory!');
  });

  it("gets one's own again without sending them: the key is the same for each build of a user", async () => {
    expect(await build(alice, guarded.socket, 'default', 'of alice')).toBe('of alice');
    expect(await build(alice, guarded.socket, 'default', 'changed!')).toBe('of alice');
  });
});
