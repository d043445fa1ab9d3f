import { describe, expect, it } from 'vitest';
import { decideNetwork } from './network.ts';

describe('networks', () => {
  it.each(['', 'bridge', 'macvlan', 'ipvlan', 'overlay'])(
    'passes the engine\'s own driver "%s"',
    (driver) => {
      expect(decideNetwork({ name: 'n', driver, addressDriver: 'default' }).outcome).toBe('allow');
    },
  );
  it.each(['../../../tmp/x', 'weave', 'Bridge', 'bridge/..', ' bridge', 'a/b:latest'])(
    'refuses the plugin "%s", as driver and for addresses',
    (driver) => {
      expect(decideNetwork({ name: 'n', driver, addressDriver: '' })).toMatchObject({
        outcome: 'deny',
        rule: 'network-plugin',
      });
      expect(decideNetwork({ name: 'n', driver: 'bridge', addressDriver: driver })).toMatchObject({
        outcome: 'deny',
        rule: 'network-plugin',
      });
    },
  );
  it("A7: refuses a second network of the engine's", () => {
    expect(decideNetwork({ name: 'n', driver: 'host', addressDriver: '' })).toMatchObject({
      outcome: 'deny',
      rule: 'host-namespace',
      spec: 'A7',
    });
  });
});
