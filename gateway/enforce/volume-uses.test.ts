import { mkdtemp, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineFacts, VolumeFacts } from '../engine-api/engine-facts.ts';
import type { Verdict } from '../http/exchange.ts';
import { decide, emptyEngine, gatekeeperWith, settingsWith } from './create-request-fixture.ts';

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
function gatekeeperOver(volume: VolumeFacts | null, onLookUp?: () => Promise<unknown>) {
  let found = volume;
  const facts: EngineFacts = {
    ...emptyEngine,
    volume: async () => {
      const before = found;
      await onLookUp?.();
      return before;
    },
  };
  const { gatekeeper } = gatekeeperWith(settingsWith([]), { facts });
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
    const refusal = {
      kind: 'refuse',
      status: 403,
      message: expect.stringMatching(/volume vol is blocked: .*another request .*try again/) as unknown,
    };
    settle(first);
    expect(await createVolume(asDirectory())).toMatchObject(refusal);
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
