import { foldKey } from './json.ts';
import type { SizeLimits } from './sizes.ts';

/** `elements`: number of values, the document itself included. `entries`: of one list or one object. */
export interface JsonLimits {
  readonly depth: number;
  readonly elements: number;
  readonly entries: number;
}
/**
 * Elements: every port of a protocol published (`-p 1-65535:1-65535`) has 330,000. Entries: more than the
 * kernel lets a program have arguments and variables (2 MiB, 11 bytes at least for each).
 */
export const defaultJsonLimits: JsonLimits = { depth: 32, elements: 400_000, entries: 200_000 };
/**
 * The limits that apply to a value, and the bytes of the strings in the nearest ancestor with a limit for all
 * of them.
 */
export interface AppliedLimits {
  readonly sizes: SizeLimits | null;
  readonly sum: { bytes: number; readonly of?: SizeLimits };
}

/** The limits of an object's field; its key is matched as Go does. */
export function sizesOfField({ fields }: SizeLimits, key: string): SizeLimits | undefined {
  if (fields === undefined || Object.hasOwn(fields, key)) return fields?.[key];
  const folded = foldKey(key);
  const name = Object.keys(fields).find((one) => foldKey(one) === folded);
  return name === undefined ? undefined : fields[name];
}

/** Limits for the strings of a value also apply to nested ones. */
export function inherited(sizes: SizeLimits): SizeLimits {
  if (sizes.bytes === undefined && sizes.keyBytes === undefined) return none;
  const known = inheritances.get(sizes) ?? {
    ...(sizes.bytes === undefined ? {} : { bytes: sizes.bytes }),
    ...(sizes.keyBytes === undefined ? {} : { keyBytes: sizes.keyBytes }),
    ...(sizes.instead === undefined ? {} : { instead: sizes.instead }),
    ...(sizes.shorter === undefined ? {} : { shorter: sizes.shorter }),
  };
  inheritances.set(sizes, known);
  return known;
}
const none: SizeLimits = {};
/** For a value without limits for its strings. */
export const unlimited: AppliedLimits = { sizes: null, sum: { bytes: 0 } };
const inheritances = new WeakMap<SizeLimits, SizeLimits>();
