/** One entry of an archive written by an attacker: a file, a directory, a device node, a FIFO or a link. */
export interface Entry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'block' | 'fifo' | 'link';
  readonly mode?: number;
  /** Any 32-bit id. */
  readonly owner?: number;
  readonly content?: Buffer;
  readonly device?: { readonly major: number; readonly minor: number };
  readonly target?: string;
}

const types = { file: '0', directory: '5', block: '4', fifo: '6', link: '2' } as const;

/** A number in `length` bytes: octal digits, or GNU's base 256 for numbers that are too large. */
function number(value: number, length: number): Buffer {
  const digits = value.toString(8);
  if (digits.length < length) return Buffer.from(`${digits.padStart(length - 1, '0')}\0`);
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32BE(value, length - 4);
  bytes.writeUInt8(0x80, 0);
  return bytes;
}

/** A tar archive with arbitrary owners, modes and nodes. */
export function tarball(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(
    ({ name, type, mode = 0o755, owner = 0, content = Buffer.alloc(0), device, target = '' }) => {
      const head = Buffer.alloc(512);
      head.write(name, 0);
      number(mode, 8).copy(head, 100);
      number(owner, 8).copy(head, 108);
      number(owner, 8).copy(head, 116);
      number(content.length, 12).copy(head, 124);
      number(0, 12).copy(head, 136);
      head.write('        ', 148);
      head.write(types[type], 156);
      head.write(target, 157);
      head.write('ustar\u000000', 257);
      number(device?.major ?? 0, 8).copy(head, 329);
      number(device?.minor ?? 0, 8).copy(head, 337);
      head.write(
        `${head
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      );
      return [head, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
    },
  );
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
