/** A listening descriptor that was given to this process at its start. */
export interface InheritedListener { readonly name: string; readonly fd: number }

const firstDescriptor = 3;

/**
 * Listening descriptors handed down by whoever started this process, in systemd's way: `LISTEN_FDS` descriptors from 3 on, their names
 * in `LISTEN_FDNAMES`. `LISTEN_PID` may be missing (our supervisor starts us through other programs); another process's is not ours.
 */
export function inheritedListeners(env: Readonly<Record<string, string | undefined>>, pid: number): InheritedListener[] {
  const count = env['LISTEN_FDS'] ?? '';
  const owner = env['LISTEN_PID'];
  if (!/^[0-9]{1,5}$/.test(count) || (owner !== undefined && owner !== '' && owner !== String(pid))) return [];
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':');
  return Array.from({ length: Number(count) }, (_, index) => ({ name: names[index] ?? '', fd: firstDescriptor + index }));
}
