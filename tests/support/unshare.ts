import { libcFunction } from '../../gateway/base/libc.ts';

/** Linux' flags of unshare(2). */
const flags = { network: 0x4000_0000, mount: 0x2_0000 } as const;

/**
 * Gives this process, and its later children, a namespace of its own. Node starts processes and opens sockets
 * on its main thread, which is the one that is moved.
 */
export function unshare(kind: keyof typeof flags): void {
  const call = libcFunction<(flags: number) => number>('int unshare(int flags)');
  if (call === null || call(flags[kind]) !== 0)
    throw new Error(`no ${kind} namespace can be made: run the tests as root`);
}
