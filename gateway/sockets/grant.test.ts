import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { fixedSocketMounts, socketMount } from '../../tests/support/socket-mounts.ts';
import type { ImageVerdict } from '../trust/image-verdict.ts';
import { engineContainers } from './engine-containers.ts';
import { checkImageTrust, type SocketGrantContext } from './grant.ts';
import type { SocketMount } from '../base/socket-mount.ts';

const trusted: ImageVerdict = { trusted: true, imageId: 'sha256:1', allowedBy: 'app:1', derivedFrom: null };
const pending = (count: number, createdBy: number) =>
  Array.from({ length: count }, (_, index) => socketMount(`${createdBy}-${index}`, '/s', { createdBy }));

function granting(mounts: SocketMount[], duringRequest: () => void = () => undefined): SocketGrantContext {
  const decide = () => {
    duringRequest();
    return Promise.resolve(trusted);
  };
  return {
    mounts: fixedSocketMounts(mounts),
    containers: engineContainers('/nowhere'),
    trust: { decide, close: () => undefined },
  };
}
const isGranted = async (granted: SocketGrantContext, caller: number) =>
  (await checkImageTrust('app:1', defaultSettings.socket, granted, caller)).trusted;

describe('B2: sockets that wait for their container', () => {
  it('are limited per user, so that others still get theirs', async () => {
    expect(await isGranted(granting(pending(31, 1000)), 1000)).toBe(true);
    expect(await isGranted(granting(pending(32, 1000)), 1000)).toBe(false);
    expect(await isGranted(granting(pending(32, 1000)), 1001)).toBe(true);
  });

  it('are limited in total; those with a container do not count', async () => {
    const all = [1, 2, 3, 4].flatMap((user) => pending(32, user));
    expect(await isGranted(granting(all), 1000)).toBe(false);
    expect(
      await isGranted(granting(all.map((mount) => ({ ...mount, container: { id: 'a', name: 'a' } }))), 1),
    ).toBe(true);
  });

  it('count as well if they arrived while the image was checked', async () => {
    const mounts: SocketMount[] = [];
    expect(
      await isGranted(
        granting(mounts, () => {
          mounts.push(...pending(32, 1000));
        }),
        1000,
      ),
    ).toBe(false);
  });
});
