import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FileLocks, locksFile } from '../base/file-locks.ts';
import type { EngineFacts, VolumeFacts } from '../engine-api/engine-facts.ts';
import type { Verdict } from '../http/exchange.ts';
import { decide, emptyEngine, gatekeeperWith, settingsWith } from './create-request-fixture.ts';
import { VolumeUses } from './volume-uses.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp('/tmp/bulkhead-volume-uses-');
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const asDirectory = () => ({ type: 'none', o: 'bind', device: directory });
const volumeOf = (options: Readonly<Record<string, string>>): VolumeFacts => ({
  name: 'vol',
  driver: 'local',
  options,
  labels: {},
});

/** A gatekeeper of an engine with this volume; `onLookUp` is called before each look-up has its response. */
function gatekeeperOver(
  volume: VolumeFacts | null,
  onLookUp?: () => Promise<unknown>,
  volumeUses = new VolumeUses(null),
) {
  let found = volume;
  const facts: EngineFacts = {
    ...emptyEngine,
    volume: async () => {
      const before = found;
      await onLookUp?.();
      return before;
    },
  };
  const { gatekeeper } = gatekeeperWith(settingsWith([]), { facts, volumeUses });
  return {
    createContainer: (host: object = { Binds: ['vol:/x'] }) =>
      decide(gatekeeper, '/containers/create', { Image: 'busybox', HostConfig: host }),
    createVolume: (options: Readonly<Record<string, string>>, name = 'vol') =>
      decide(gatekeeper, '/volumes/create', { Name: name, Driver: 'local', DriverOpts: options }),
    exchange: (options: Readonly<Record<string, string>>) => {
      found = volumeOf(options);
    },
  };
}

const inUse = {
  kind: 'refuse',
  status: 403,
  message: expect.stringMatching(/volume vol is blocked: .*another request .*try again/) as unknown,
};

function settle(verdict: Verdict): void {
  expect(verdict).toMatchObject({ kind: 'forward' });
  if (verdict.kind === 'forward') verdict.settled?.();
}

describe('A8: a volume that the engine mounts itself for a new container', () => {
  it.each([
    ['in Binds', { Binds: ['vol:/x'] }],
    ['in Mounts', { Mounts: [{ Type: 'volume', Source: 'vol', Target: '/x' }] }],
  ])('is refused if it became a directory during the decision: %s', async (_, host) => {
    for (const before of [null, volumeOf({})]) {
      let isFirst = true;
      const { createContainer, createVolume, exchange } = gatekeeperOver(before, async () => {
        if (!isFirst) return;
        isFirst = false;
        const made = await createVolume(asDirectory());
        exchange(asDirectory());
        settle(made);
      });
      expect(await createContainer(host)).toMatchObject({
        kind: 'refuse',
        status: 403,
        message: expect.stringMatching(/^.*volume vol of type none .* is blocked: .*A8/) as unknown,
      });
    }
  });

  it('is not made as a directory until the engine has created the container', async () => {
    const { createContainer, createVolume } = gatekeeperOver(null);
    const first = await createContainer();
    const second = await createContainer();
    settle(first);
    expect(await createVolume(asDirectory())).toMatchObject(inUse);
    settle(await createVolume(asDirectory(), 'other'));
    settle(await createVolume({}));
    settle(second);
    settle(await createVolume(asDirectory()));
  });

  it('is not used while it is being made as a directory', async () => {
    const { createContainer, createVolume } = gatekeeperOver(null);
    const made = await createVolume(asDirectory());
    expect(await createContainer()).toMatchObject({ kind: 'refuse', status: 403 });
    settle(await createContainer({ Binds: ['other:/x'] }));
    settle(made);
    settle(await createContainer());
  });
});

describe.runIf(process.platform === 'linux')('A8: a gateway that was replaced, and its successor', () => {
  const opened: FileLocks[] = [];
  afterEach(() => {
    for (const locks of opened.splice(0)) locks.close();
  });
  /** They have nothing in common but the run directory. */
  const gateway = (volume: VolumeFacts | null, onLookUp?: () => Promise<unknown>) => {
    const locks = new FileLocks(locksFile(path.join(directory, 'run')));
    opened.push(locks);
    return { ...gatekeeperOver(volume, onLookUp, new VolumeUses(locks)), locks };
  };

  it('make no directory of a volume with which the other has a container created', async () => {
    const [one, other] = [gateway(null), gateway(null)];
    const first = await one.createContainer();
    const second = await other.createContainer();
    expect(await other.createVolume(asDirectory())).toMatchObject(inUse);
    settle(first);
    expect(await one.createVolume(asDirectory())).toMatchObject(inUse);
    settle(second);
    settle(await other.createVolume(asDirectory()));
  });

  it('create no container with a volume that the other has made as a directory', async () => {
    const [one, other] = [gateway(null), gateway(null)];
    const made = await other.createVolume(asDirectory());
    expect(await one.createContainer()).toMatchObject(inUse);
    settle(await one.createContainer({ Binds: ['other:/x'] }));
    settle(made);
    settle(await one.createContainer());
  });

  it.each(['goes on', 'has ended by then'])(
    'look a volume up again that the other may have made during a decision, and which %s',
    async (end) => {
      const other = gateway(null);
      let isFirst = true;
      const one = gateway(null, async () => {
        if (!isFirst) return;
        isFirst = false;
        const made = await other.createVolume(asDirectory());
        one.exchange(asDirectory());
        settle(made);
        if (end !== 'goes on') other.locks.close();
      });
      expect(await one.createContainer()).toMatchObject({
        kind: 'refuse',
        message: expect.stringMatching(/volume vol of type none .* is blocked/) as unknown,
      });
    },
  );

  it('keep a volume while the engine creates the container of a gateway that has ended', async () => {
    const [one, other] = [gateway(null), gateway(null)];
    const created = await one.createContainer();
    one.locks.closeWhenUnused();
    expect(await other.createVolume(asDirectory())).toMatchObject(inUse);
    settle(created);
    settle(await other.createVolume(asDirectory()));
  });
});
