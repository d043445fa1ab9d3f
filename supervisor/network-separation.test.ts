import { expect, it } from 'vitest';
import { separationRules, uplinkBridges } from './network-separation.ts';

it("bridges that connect the machine to a network are uplinks, even with an engine's bridge name", () => {
  const routes = `default via 192.0.2.254 dev br-lan proto dhcp metric 100
198.51.100.0/24 via 192.0.2.253 dev bhnet
203.0.113.0/24 via 172.18.0.2 dev br-0123456789ab
10.0.0.0/8 via 172.17.0.2 dev docker0
192.0.2.0/24 dev br-lan proto kernel scope link
192.0.2.0/25 dev br-storage proto kernel scope link
default via 192.0.2.1 dev eth0 table 100
local 192.0.2.7 dev br-local table local
`;
  const links = `2: eth0: <BROADCAST,UP> mtu 1500 qdisc mq master br-lan state UP mode DEFAULT \\ link/ether
3: bond0.7@bond0: <BROADCAST,UP> mtu 1500 master br-mgmt state UP \\ link/ether … vlan protocol 802.1Q id 7
4: vethab12@if9: <BROADCAST,UP> mtu 1500 master br-custom state UP \\ link/ether … veth addrgenmode eui64
5: tap0: <BROADCAST,UP> mtu 1500 master br-machines state UP \\ link/ether … tun type tap pi off
6: eth3: <BROADCAST,UP> mtu 1500 master br-0123456789ab state UP \\ link/ether …
7: br-storage: <BROADCAST,UP> mtu 1500 state UP \\ link/ether … bridge forward_delay 1500
`;
  expect(uplinkBridges(routes, '')).toEqual(['bhnet', 'br-lan']);
  expect(uplinkBridges('', links)).toEqual(['br-lan', 'br-mgmt']);
});

it("rules for uplinks and the engine's own traffic precede the dropping rules", () => {
  const rules = separationRules('BH-CHAIN', { octet: 91 }, ['br-lan']);
  expect(rules.slice(0, 5)).toEqual([
    '*mangle',
    ':BH-CHAIN - [0:0]',
    '-A BH-CHAIN -s 10.91.0.0/16 -d 10.91.0.0/16 -j RETURN',
    '-A BH-CHAIN -o br-lan -j RETURN',
    '-A BH-CHAIN -i br-lan -j RETURN',
  ]);
  expect(rules.filter((rule) => rule.endsWith(' DROP'))).toHaveLength(6);
  expect(rules.at(-1)).toBe('COMMIT');
});
