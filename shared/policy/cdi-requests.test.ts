import { describe, expect, it } from 'vitest';
import { cdiNames } from './cdi-requests.ts';
import { host } from './create-facts-fixture.ts';
import { parseJson } from './json-parser.ts';

function names(request: object): readonly string[] | null {
  const parsed = parseJson(JSON.stringify(request));
  if (!parsed.ok) throw new Error(parsed.why);
  return cdiNames(parsed.value);
}
const gpu = { Driver: '', Count: 0, DeviceIDs: null, Capabilities: [['gpu']], Options: {} };

describe('A5: the CDI devices of a device request', () => {
  it.each([
    [{ Driver: 'cdi', DeviceIDs: ['a.com/b=c', 'a.com/b=d'] }, ['a.com/b=c', 'a.com/b=d']],
    [{ ...gpu, Count: -1 }, ['nvidia.com/gpu=all']],
    [{ ...gpu, Count: 2 }, ['nvidia.com/gpu=0', 'nvidia.com/gpu=1']],
    [{ ...gpu, Driver: 'nvidia', DeviceIDs: ['GPU-1a'] }, ['nvidia.com/gpu=GPU-1a']],
    [{ ...gpu, Count: 1, Capabilities: [['utility', 'gpu']] }, ['nvidia.com/gpu=0']],
  ])('of %j', (request, expected) => {
    expect(names(request)).toEqual(expected);
  });

  it.each([
    { Driver: 'cdi', DeviceIDs: [] },
    { Driver: 'cdi', DeviceIDs: ['/dev/sda'] },
    { Driver: 'cdi', DeviceIDs: ['a.com/b=c'], Options: { x: 'y' } },
    { ...gpu, Driver: 'amd', Count: 1 },
    { ...gpu, Count: 1, Capabilities: [['tpu']] },
    { ...gpu, Count: -2 },
    { ...gpu, Count: 1000 },
    { ...gpu, DeviceIDs: ['../x'] },
  ])('are none of %j', (request) => {
    expect(names(request)).toBeNull();
  });

  it('are refused without facts about them', () => {
    for (const [request, what] of [
      [{ ...gpu, Count: -1 }, '--gpus all (nvidia.com/gpu=all)'],
      [{ ...gpu, Count: 2 }, '--gpus 2 (nvidia.com/gpu=0)'],
      [{ ...gpu, DeviceIDs: ['1', '2'] }, '--gpus device=1,2 (nvidia.com/gpu=1)'],
      [{ Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=all'] }, '--device nvidia.com/gpu=all'],
    ] as const)
      expect(host({ DeviceRequests: [request] }).text).toContain(`: ${what} is blocked`);
    expect(host({ DeviceRequests: [{ Driver: 'amd', Count: 1 }] }).text).toContain('driver "amd"');
  });
});
