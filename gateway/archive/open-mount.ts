import { readFileSync } from 'node:fs';
import { isShiftedOverlay } from '../../shared/isolation/shifted-overlay.ts';

/**
 * Whether the open file or directory `descriptor` is in a container's overlay with the ids of its range
 * (`isShiftedOverlay`). The mount that it was opened on counts, whatever is mounted there by now; false once
 * that one is unmounted.
 */
export function isInShiftedOverlay(descriptor: number, device: string | null): boolean {
  const [, id] = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
  if (id === undefined) return false;
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((other) => other.startsWith(`${id} `));
  if (line === undefined) return false;
  const fields = line.split(' ');
  const [, , mountDevice = '', , , flags = ''] = fields;
  const type = fields[fields.indexOf('-', 6) + 1] ?? '';
  return isShiftedOverlay({ device: mountDevice, type, flags: flags.split(',') }, device);
}
