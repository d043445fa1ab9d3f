import { expect, it } from 'vitest';
import { bridgesWithin } from './engine-bridges.ts';

it("finds the bridges that dockerd created for networks of the engine's subnet, and no others", () => {
  const addresses = `3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0
5: bh0123456789    inet 10.91.0.1/24 scope global bh0123456789
6: br-0123456789ab    inet 10.91.128.1/24 brd 10.91.128.255 scope global br-0123456789ab
7: br-ba9876543210    inet 10.92.128.1/24 brd 10.92.128.255 scope global br-ba9876543210
8: br-lan    inet 10.91.3.1/24 scope global br-lan
`;
  expect(bridgesWithin(addresses, { octet: 91 })).toEqual(['br-0123456789ab']);
});
