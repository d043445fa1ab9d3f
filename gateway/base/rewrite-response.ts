import { parseJson } from '../../shared/policy/json-parser.ts';
import { type Json, writeJson } from '../../shared/policy/json.ts';

const limits = { depth: 64, elements: 2_000_000, entries: 2_000_000 };

/** Rewrites the JSON of a response of the engine. Throws for any other: the relay turns it into a 502. */
export function rewriteResponse(body: Buffer, rewrite: (value: Json) => Json): Buffer {
  const parsed = parseJson(body.toString('utf8'), limits);
  if (!parsed.ok) throw new Error(`the engine's response is not JSON: ${parsed.why}`);
  return Buffer.from(writeJson(rewrite(parsed.value)), 'utf8');
}
