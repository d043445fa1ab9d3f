import { libcFunction } from '../base/libc.ts';

type GetAttribute = (file: string, name: string, value: Buffer, size: number) => number;
let lgetxattr: GetAttribute | null | undefined;

/**
 * An extended attribute of a file, of at most `maxBytes`, links not followed; empty where it has none. Null
 * where attributes can't be read: Node has no function for it.
 */
export function fileAttribute(file: string, name: string, maxBytes: number): Buffer | null {
  lgetxattr ??= libcFunction<GetAttribute>(
    'intptr_t lgetxattr(const char *path, const char *name, void *value, size_t size)',
  );
  if (lgetxattr === null) return null;
  const value = Buffer.alloc(maxBytes);
  return value.subarray(0, Math.max(0, lgetxattr(file, name, value, value.length)));
}
