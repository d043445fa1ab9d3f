import { lastErrno, libcFunction } from '../../base/libc.ts';

/** The system calls of a transfer, on descriptors that do not block. */
export interface SpliceSyscalls {
  readonly splice: (
    from: number,
    fromAt: null,
    to: number,
    toAt: null,
    length: number,
    flags: number,
  ) => number;
  readonly recv: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  readonly yieldTurn: () => number;
  /** errno of the last call. */
  readonly errno: () => number;
}

/** The system calls from libc; null where they are unavailable. */
export function loadSpliceSyscalls(): SpliceSyscalls | null {
  const splice = libcFunction<SpliceSyscalls['splice']>(
    'intptr_t splice(int from, void *fromAt, int to, void *toAt, size_t length, unsigned int flags)',
  );
  const recv = libcFunction<SpliceSyscalls['recv']>(
    'intptr_t recv(int fd, void *bytes, size_t length, int flags)',
  );
  const write = libcFunction<SpliceSyscalls['write']>(
    'intptr_t write(int fd, const void *bytes, size_t length)',
  );
  const yieldTurn = libcFunction<SpliceSyscalls['yieldTurn']>('int sched_yield()');
  return splice === null || recv === null || write === null || yieldTurn === null
    ? null
    : { splice, recv, write, yieldTurn, errno: lastErrno };
}
