import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const FUSE_INIT = 26;

/** A FUSE file system whose server takes all requests and answers none: its callers can't be killed. */
export interface HangingFileSystem {
  /** Ends it: who waits for it gets an error. */
  end(): void;
}

/** Mounts one at `directory`, which it creates; for every user. */
export async function mountHangingFileSystem(directory: string): Promise<HangingFileSystem> {
  mkdirSync(directory);
  const fd = openSync('/dev/fuse', constants.O_RDWR | constants.O_NONBLOCK);
  const options = 'fd=3,rootmode=40755,user_id=0,group_id=0,allow_other';
  const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'none', directory], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
  });
  if (mounted.status !== 0) throw new Error(mounted.stderr.toString());
  const request = Buffer.alloc(9000);
  const take = (): boolean => {
    try {
      return readSync(fd, request) > 0;
    } catch {
      return false;
    }
  };
  while (!take()) await wait(5);
  if (request.readUInt32LE(4) !== FUSE_INIT) throw new Error('the first request is not FUSE_INIT');
  const answer = Buffer.alloc(80);
  answer.writeUInt32LE(answer.length);
  request.copy(answer, 8, 8, 16);
  for (const [at, value] of [7, 31, 4096].entries()) answer.writeUInt32LE(value, 16 + 4 * at);
  writeSync(fd, answer);
  const timer = setInterval(take, 5);
  return {
    end: () => {
      clearInterval(timer);
      closeSync(fd);
      spawnSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true });
    },
  };
}
