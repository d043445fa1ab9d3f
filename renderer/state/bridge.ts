import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';

declare global {
  interface Window {
    /** Set by the preload script; absent in a plain browser. */
    readonly bulkhead?: BulkheadBridge;
  }
}

/** The preload script's bridge. Throws without it: that is a packaging error, not a state of the app. */
export function windowBridge(): BulkheadBridge {
  if (window.bulkhead === undefined)
    throw new Error('the preload script did not run: window.bulkhead is missing');
  return window.bulkhead;
}
