import type { StreamingResponseTransform } from '../http/exchange.ts';
import type { IsolatedContainer } from './isolated.ts';

/** Errors of the engine are this short. */
const maxErrorBytes = 64 * 1024;

/** The engine's errors speak of a container as the client did, though the engine was asked by its id. */
export function errorsOf({ asked, facts: { id } }: IsolatedContainer): StreamingResponseTransform {
  return {
    begin: (head) =>
      head.status < 400 || asked === id
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
                      .replaceAll(id, Buffer.from(asked, 'utf8').toString('latin1')),
                    'latin1',
                  ),
            ];
          },
  };
}
