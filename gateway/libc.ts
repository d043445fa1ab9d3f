import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/**
 * A function of the C library by its C declaration, `F` being the same in TypeScript; null where there is none to call (another system, no
 * koffi). koffi is a native addon: loaded when first needed.
 */
export function libcFunction<F>(declaration: string): F | null {
  if (process.platform !== 'linux') return null;
  try {
    // The require's result has no static type; these are the two members used of koffi's documented interface.
    const koffi = createRequire(import.meta.url)('koffi') as { load(name: string): { func(definition: string): F } };
    return koffi.load('libc.so.6').func(declaration);
  } catch {
    return null;
  }
}

/** The descriptor of an open socket; null when it is closed. Node has no public way to it; the handle's fd has been there since 0.x. */
export function descriptorOf(socket: Socket): number | null {
  const fd = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  return fd === undefined || fd < 0 ? null : fd;
}
