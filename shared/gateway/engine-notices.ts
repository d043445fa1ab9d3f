/**
 * Messages of an engine's supervisor to its gateway, over Node's channel: dockerd waits five seconds for
 * requests that stay open before it ends, so the gateway lets go of its own before, until the next one runs.
 */
export type EngineNotice = { readonly kind: 'engine-stopping' } | { readonly kind: 'engine-started' };

/** Reads a message; null for all else. */
export function engineNotice(value: unknown): EngineNotice | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  return value.kind === 'engine-stopping' || value.kind === 'engine-started' ? { kind: value.kind } : null;
}
