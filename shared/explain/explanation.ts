import type { ExplainedRequest } from './schema.ts';

export type {
  FactLookup,
  ImageLookup,
  ExplainedRequest,
  Explanation,
  Finding,
  RequestPart,
} from './schema.ts';

const strictness: readonly ExplainedRequest['outcome'][] = [
  'allow',
  'rewrite',
  'would-deny',
  'undecided',
  'deny',
];

/** The strictest of several outcomes. */
export function strictest(outcomes: Iterable<ExplainedRequest['outcome']>): ExplainedRequest['outcome'] {
  let found: ExplainedRequest['outcome'] = 'allow';
  for (const outcome of outcomes)
    if (strictness.indexOf(outcome) > strictness.indexOf(found)) found = outcome;
  return found;
}
