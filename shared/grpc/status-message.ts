/**
 * Percent-encoded as gRPC requires for messages (`grpc-message`): everything that is not printable ASCII, and
 * `%`.
 */
export function grpcMessage(text: string): string {
  const encode = (byte: number) => {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    return plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  };
  return [...new TextEncoder().encode(text)].map(encode).join('');
}

/** The inverse; invalid escapes are kept. */
export function plainMessage(text: string): string {
  const bytes = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)),
  );
}
