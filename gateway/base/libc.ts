import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { handleDescriptor, internalHandle } from '../../shared/process/internal-handle.ts';

/** koffi's documented interface, as far as it is used here: a native addon, loaded when first needed. */
interface Koffi {
  load(name: string): { func(definition: string): unknown };
  errno(): number;
  struct(name: string, fields: Readonly<Record<string, string>>): unknown;
}
let loaded: Koffi | null | undefined;

function koffi(): Koffi | null {
  if (loaded !== undefined) return loaded;
  try {
    // The require's result has no static type.
    loaded = process.platform === 'linux' ? (createRequire(import.meta.url)('koffi') as Koffi) : null;
  } catch {
    loaded = null;
  }
  return loaded;
}

/**
 * A function of the C library by its C declaration; `F` is its TypeScript type. Null where it is unavailable
 * (another system, no koffi).
 */
export function libcFunction<F>(declaration: string): F | null {
  try {
    // The caller declares the same type in C and in TypeScript.
    return (koffi()?.load('libc.so.6').func(declaration) ?? null) as F | null;
  } catch {
    return null;
  }
}

const structs = new Map<string, object>();

/** Declares a C struct by its fields, once, for use in function declarations; null as above. */
export function koffiStruct(name: string, fields: Readonly<Record<string, string>>): object | null {
  const known = structs.get(name);
  if (known !== undefined) return known;
  try {
    const declared = koffi()?.struct(name, fields);
    if (typeof declared !== 'object' || declared === null) return null;
    structs.set(name, declared);
    return declared;
  } catch {
    return null;
  }
}

/** errno of the last call in this thread. */
export function lastErrno(): number {
  return koffi()?.errno() ?? 0;
}

/** The descriptor of an open socket; null when it is closed. */
export const descriptorOf = (socket: Socket): number | null => handleDescriptor(internalHandle(socket));

type FcntlCall = (fd: number, command: number, type: 'int', argument: number) => number;
const duplicateCloseOnExec = 1030;
/** After standard input, output and error. */
const firstNumber = 3;

/** Another descriptor of the same open file, which children do not inherit. Throws if there is none. */
export function duplicateDescriptor(fd: number): number {
  const fcntl = libcFunction<FcntlCall>('int fcntl(int fd, int command, ...)');
  const duplicate = fcntl?.(fd, duplicateCloseOnExec, 'int', firstNumber) ?? -1;
  if (duplicate < 0) throw new Error(`descriptor ${fd} cannot be duplicated: error ${lastErrno()}`);
  return duplicate;
}
