import type { GatekeeperResult, ResponseTransform, Verdict } from '../http/exchange.ts';

/** The result with its verdict mapped, also where that follows after the body was read. */
export function mapVerdict(
  result: GatekeeperResult | Promise<GatekeeperResult>,
  map: (verdict: Verdict) => Verdict,
): GatekeeperResult | Promise<GatekeeperResult> {
  return mapResult(result, (handling): GatekeeperResult => {
    if (handling.kind !== 'read-body') return map(handling);
    return { ...handling, decide: (body) => mapResult(handling.decide(body), map) };
  });
}

/** Gives forwarded requests another transform of the response, which has the verdict's own to run first. */
export function withResponseTransform(
  transform: (before: ResponseTransform | undefined) => ResponseTransform,
): (verdict: Verdict) => Verdict {
  return (verdict) => {
    if (verdict.kind === 'refuse') return verdict;
    const { response } = verdict;
    if (response !== undefined && 'begin' in response)
      throw new Error('the response to this request must not be streamed');
    return { ...verdict, response: transform(response) };
  };
}

function mapResult<T, U>(value: T | Promise<T>, then: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}
