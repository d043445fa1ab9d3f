/** Origin of the app's own pages; see app-protocol.ts. */
export const appOrigin = 'app://bulkhead';

/** The part of Electron's WebFrameMain that identifies the sender of a message. */
export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

/**
 * The frame that sent a message; null if it is gone. Electron's getters throw for a frame that was disposed
 * of meanwhile.
 */
export function senderOf(event: {
  readonly senderFrame: SenderFrame | null | undefined;
}): SenderFrame | null {
  try {
    return event.senderFrame ?? null;
  } catch {
    return null;
  }
}

/** True for the main frame of one of our pages. A frame that is gone already (null) is not accepted. */
export function isOwnPage(frame: SenderFrame | null | undefined): boolean {
  try {
    if (frame === null || frame === undefined || frame.parent !== null) return false;
    const url = new URL(frame.url);
    // Node returns 'null' as the origin of an unknown scheme: compare the parts.
    return `${url.protocol}//${url.host}` === appOrigin;
  } catch {
    return false;
  }
}
