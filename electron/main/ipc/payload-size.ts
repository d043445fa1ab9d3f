import { maxTextLength } from '../../../shared/settings/document-limits.ts';

/**
 * Maximum size of a request: one settings text and some room. In UTF-16 units, a scalar or a key counting at
 * least 8.
 */
const maxPayload = maxTextLength + 64 * 1024;
const maxDepth = 16;

/**
 * Whether `value` is smaller than `limit` and has at most 16 levels. Stops at the limit, so that a hostile
 * payload costs no more than a valid one. Only plain data is accepted: a Map, Date, ArrayBuffer or cycle, all
 * of which structured clone supports, is refused.
 */
export function withinLimits(value: unknown, limit = maxPayload): boolean {
  let remaining = limit;
  const visited = new Set<object>();
  const walk = (v: unknown, depth: number): boolean => {
    remaining -= 8;
    if (remaining < 0 || depth > maxDepth) return false;
    if (typeof v === 'string') {
      remaining -= v.length;
      return remaining >= 0;
    }
    if (typeof v === 'function' || typeof v === 'symbol' || typeof v === 'bigint') return false;
    if (typeof v !== 'object' || v === null) return true;
    if (visited.has(v)) return false;
    visited.add(v);
    if (Array.isArray(v)) {
      remaining -= v.length;
      return remaining >= 0 && v.every((item) => walk(item, depth + 1));
    }
    const prototype: unknown = Object.getPrototypeOf(v);
    if (prototype !== Object.prototype && prototype !== null) return false;
    for (const key of Object.keys(v)) {
      remaining -= key.length;
      // An object of the checks above: reading an own enumerable property is safe after structured clone,
      // which keeps no accessors.
      if (!walk((v as Record<string, unknown>)[key], depth + 1)) return false;
    }
    return remaining >= 0;
  };
  return walk(value, 0);
}
