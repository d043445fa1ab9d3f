import { readlink, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { isEngineAtLeast } from '../tests/support/test-engine.ts';

// Docker Engine 29.5 and later give each container a time namespace of its own. Here a wrapper around the
// runtime does, in place of such an engine: the runtime, the planner and runc get the same config.json.

const offset = 86_400;
/** runc has time namespaces since 1.2, which no engine before 28 of those tested has. */
const isSupported = await isEngineAtLeast(28);

let engine: IsolatedEngine;
beforeAll(async () => {
  engine = await startIsolatedEngine();
  const runtime = engine.paths.runtimeBinary;
  const original = path.join(path.dirname(runtime), 'bulkhead-runc.original');
  await rename(runtime, original);
  const ownTime = `"timeOffsets":{"monotonic":{"secs":${offset}}},"namespaces":[{"type":"time"},`;
  const script = `#!/bin/sh
case " $* " in *" create "*)
  for argument; do [ "$last" != --bundle ] || bundle=$argument; last=$argument; done
  sed -i 's/"namespaces":\\[/${ownTime}/' "$bundle/config.json" ;;
esac
exec ${original} "$@"
`;
  await writeFile(runtime, script, { mode: 0o755 });
});
afterAll(async () => {
  await engine?.stop();
});

const inBusybox = (script: string, ...options: readonly string[]) =>
  engine.docker('run', '--rm', '--network', 'none', ...options, 'busybox', 'sh', '-c', script);

const withTimeNamespaces = () => {
  it('is its own, with its offset', async () => {
    const [clock, link] = (await inBusybox('cat /proc/self/timens_offsets; readlink /proc/self/ns/time'))
      .trim()
      .split(/\n(?=time:)/);
    expect(clock?.split(/\s+/)).toEqual(expect.arrayContaining(['monotonic', String(offset)]));
    expect(link).toMatch(/^time:\[\d+\]$/);
    expect(link).not.toBe(await readlink('/proc/self/ns/time'));
  });

  it('is that of docker exec, and of nobody else', async () => {
    const names = ['first', 'second'];
    for (const name of names)
      await engine.docker('run', '-d', '--network', 'none', '--name', name, 'busybox', 'sleep', '1000');
    const links = 'for pid in 1 self; do readlink /proc/$pid/ns/time; done';
    const seen = names.map((name) => engine.docker('exec', name, 'sh', '-c', links));
    const [first = '', second = ''] = await Promise.all(seen);
    for (const printed of [first, second]) expect(new Set(printed.trim().split('\n')).size).toBe(1);
    expect(first).not.toBe(second);
    await engine.docker('rm', '-f', ...names);
  });

  it('lets nobody inside change the clocks of the machine', async () => {
    const before = Date.now();
    await inBusybox('date -s 2001-01-01 || true', '--privileged');
    expect(Date.now() - before).toBeLessThan(600_000);
    expect(Date.now()).toBeGreaterThanOrEqual(before);
  });
};

if (isSupported) describe('A2, A7: a time namespace that the engine gives a container', withTimeNamespaces);
else
  it('a container with a time namespace is not started by a runc that knows none', async () => {
    await expect(inBusybox('true')).rejects.toThrow(/time/);
  });
