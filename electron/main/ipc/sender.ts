/** Origin of the app's own pages; see app-protocol.ts. */
export const appOrigin = 'app://bulkhead';

/** The part of Electron's WebFrameMain that tells who sent a message. */
export interface SenderFrame { readonly url: string; readonly parent: unknown }

/** True for the main frame of a page of ours. A frame that is gone already (null) is nobody. */
export function isOwnPage(frame: SenderFrame | null | undefined): boolean {
  if (frame === null || frame === undefined || frame.parent !== null) return false;
  try {
    const url = new URL(frame.url);
    // Node says 'null' as the origin of a scheme it does not know: compare the parts.
    return `${url.protocol}//${url.host}` === appOrigin;
  } catch { return false; }
}
