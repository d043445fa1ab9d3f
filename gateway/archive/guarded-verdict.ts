import type { Verdict } from '../http/exchange.ts';
import { leadingHeaders } from './leading-headers.ts';

type Forward = Extract<Verdict, { kind: 'forward' }>;

/** Callbacks for the progress of a copy in the engine. */
export interface CopyProgress {
  /** Restores the root directory; may be called more than once. */
  readonly release: () => Promise<void>;
  /** Called when the engine has failed; throws ResponseReplacedError for another response than its own. */
  readonly failed: () => Promise<void>;
  readonly begun: () => void;
  readonly settled: () => void;
}

/**
 * Calls `release` and `begun` once the engine has changed its root: it has begun its response, or reads the
 * body as an archive (`leadingHeaders`, for which the connection has to be a new one). Calls `release` and
 * `settled` when the engine is done with the request, also where the client has disconnected.
 */
export function withRootGuard(verdict: Forward, { release, failed, begun, settled }: CopyProgress): Forward {
  const { response, stream } = verdict;
  if (response !== undefined && !('begin' in response))
    throw new Error('the response to a copy must be streamed');
  const hasBegun = async () => {
    await release();
    begun();
  };
  return {
    ...verdict,
    ownConnection: true,
    settled: () => {
      void release().finally(settled);
    },
    response: {
      begin: async (head) => {
        await hasBegun();
        if (head.status >= 500) await failed();
        return response?.begin(head) ?? null;
      },
    },
    ...(stream === undefined
      ? {}
      : {
          stream: {
            begin: async () => {
              const transform = await stream.begin();
              return async function* (content, offer) {
                yield leadingHeaders();
                await hasBegun();
                yield* transform(content, offer);
              };
            },
          },
        }),
  };
}
