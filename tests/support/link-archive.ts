/**
 * A tar archive of links. Unpacked below a directory that holds `file`, it makes a Docker Engine change mode
 * and times of what that leads to, as root: the engine refuses to follow links where it writes, but not where
 * it then sets mode and times.
 *
 * `etc` becomes a link to `file`. The engine gives a hard link to it the entry's mode and times if `etc` is
 * no link below its own working directory, the container's root, where it is a directory. A directory gets
 * its times at the end, when `directory` has become a link.
 */
export function linkArchive(file: string, { mode, mtime }: LinkArchiveOptions): Buffer {
  const common = { mode, mtime };
  return Buffer.concat([
    header({ ...common, name: 'etc', type: '2', link: file }),
    header({ ...common, name: 'hard', type: '1', link: 'etc' }),
    header({ ...common, name: 'directory', type: '5', mode: 0o755 }),
    header({ ...common, name: 'directory', type: '2', link: file }),
    Buffer.alloc(1024),
  ]);
}

export interface LinkArchiveOptions {
  readonly mode: number;
  /** Seconds. */
  readonly mtime: number;
}

/** The header of an entry without content. */
function header(entry: LinkArchiveOptions & { name: string; type: string; link?: string }): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at);
  block.write(entry.name, 0);
  octal(entry.mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(0, 124, 11);
  octal(entry.mtime, 136, 11);
  block.write('        ', 148);
  block.write(entry.type, 156);
  block.write(entry.link ?? '', 157);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
