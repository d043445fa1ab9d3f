import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Maximum number of bytes that are read, from the end of the file: of a log only the end matters, and no
 * document is as long.
 */
const most = 4 * 1024 * 1024;

/**
 * Text of a regular file, the end of it if it is very long; null if there is none or it can't be read.
 * `owner`: the required owner, if this process has more rights than that user, who could replace the file by
 * a link to somebody else's. Never waits for a pipe.
 */
export async function readRegularFile(file: string, owner: number | null): Promise<string | null> {
  try {
    // Undefined on Windows, which has neither pipes nor such links in directories.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const info = await handle.stat();
      if (!info.isFile() || (owner !== null && info.uid !== owner)) return null;
      const bytes = Buffer.alloc(Math.min(info.size, most));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, info.size - bytes.length);
      return bytes.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
