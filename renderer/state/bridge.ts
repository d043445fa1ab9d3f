import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';

declare global {
  interface Window {
    /** Put there by the preload script; absent in a plain browser. */
    readonly bulkhead?: BulkheadBridge;
  }
}

/** The preload's bridge. Its absence is a defect of packaging, not a state of the app. */
export function windowBridge(): BulkheadBridge {
  if (window.bulkhead === undefined)
    throw new Error('the preload script did not run: window.bulkhead is missing');
  return window.bulkhead;
}
