/**
 * Messages of an engine's supervisor to its gateway, over Node's channel: before it ends, dockerd waits five
 * seconds for requests that stay open, so the gateway closes its own first, until the next dockerd runs.
 */
export type EngineNotice = { readonly kind: 'engine-stopping' } | { readonly kind: 'engine-started' };

/** Parses a message; null for anything else. */
export function engineNotice(value: unknown): EngineNotice | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  return value.kind === 'engine-stopping' || value.kind === 'engine-started' ? { kind: value.kind } : null;
}
