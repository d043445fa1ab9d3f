import { describe, expect, it } from 'vitest';
import { isObject, writeJson } from './json.ts';
import { parseJson } from './json-parser.ts';
import { liftHostConfig } from './top-level-host-config.ts';

function lift(body: unknown): unknown {
  const parsed = parseJson(JSON.stringify(body));
  if (!parsed.ok || !isObject(parsed.value)) throw new Error('not an object');
  return JSON.parse(writeJson(liftHostConfig(parsed.value)));
}

describe('fields of HostConfig at the top level of a create body', () => {
  it('are the HostConfig if there is none, as in engines before v27', () => {
    expect(lift({ Image: 'a', PidMode: 'host', binds: ['/etc:/x'], Cpuset: '0' })).toEqual({
      Image: 'a',
      HostConfig: { PidMode: 'host', binds: ['/etc:/x'], CpusetCpus: '0' },
    });
    expect(lift({ Privileged: true, hostConfig: null })).toEqual({ hostConfig: { Privileged: true } });
  });

  it('next to a HostConfig set only what engines before v27 read there, unless it does', () => {
    expect(
      lift({
        Memory: 1,
        memoryswap: 2,
        CpuShares: 3,
        cpuset: '0',
        Dns: ['1.1.1.1'],
        CapAdd: ['ALL'],
        Runtime: 'runc',
        PidMode: 'host',
        HostConfig: { CpuShares: 7, memorySwap: 0 },
      }),
    ).toEqual({ HostConfig: { CpuShares: 7, Memory: 1, MemorySwap: 2, CpusetCpus: '0' } });
  });

  it('are kept if HostConfig is not an object, so that the body is refused', () => {
    expect(lift({ PidMode: 'host', HostConfig: 'x' })).toEqual({ PidMode: 'host', HostConfig: 'x' });
  });
});
