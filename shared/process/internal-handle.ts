/**
 * Node's internal handle of a socket or a listening server; null once it is closed. Node has no public API
 * for it; the property has existed since 0.x. Its members are to be checked before use.
 */
export function internalHandle(owner: object): object | null {
  const handle = '_handle' in owner ? owner._handle : null;
  return typeof handle === 'object' ? handle : null;
}

/** The descriptor of an internal handle; null if it has none, or it is closed. */
export function handleDescriptor(handle: object | null): number | null {
  const fd = handle !== null && 'fd' in handle ? handle.fd : null;
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}
