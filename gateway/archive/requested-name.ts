import type { StreamingResponseTransform } from '../http/exchange.ts';
import type { IsolatedContainer } from './isolated.ts';

/** Errors of the engine are this short. */
const maxErrorBytes = 64 * 1024;

/**
 * Replaces the container's id, which the engine was given, by the name the client used, in error responses.
 */
export function restoreNameInErrors({
  requestedName,
  facts: { id },
}: IsolatedContainer): StreamingResponseTransform {
  return {
    begin: (head) =>
      head.status < 400 || requestedName === id
        ? null
        : async function* (content) {
            let parts: Buffer[] = [];
            let bytes = 0;
            for await (const part of content) {
              parts.push(part);
              bytes += part.length;
              if (bytes > maxErrorBytes) {
                yield parts;
                parts = [];
              }
            }
            yield [
              bytes > maxErrorBytes
                ? Buffer.concat(parts)
                : Buffer.from(
                    Buffer.concat(parts)
                      .toString('latin1')
                      .replaceAll(id, Buffer.from(requestedName, 'utf8').toString('latin1')),
                    'latin1',
                  ),
            ];
          },
  };
}
