import { deny, type Denial } from '../../shared/policy/decision.ts';
import { badRequest, type EngineError } from '../../shared/policy/engine-errors.ts';
import { defaultJsonLimits } from '../../shared/policy/json-limits.ts';
import { JsonReading } from '../../shared/policy/json-parser.ts';
import { contentAfterJson } from '../../shared/policy/json-refusals.ts';
import type { Json } from '../../shared/policy/json.ts';
import { bodyLimits, limitDenial } from '../../shared/policy/limits.ts';
import { message, withReference } from '../../shared/messages/message.ts';
import { yieldToEventLoop } from '../turns/yield.ts';

export type ReadJsonResult =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly denial: Denial };

/** Up to this size a body is parsed or written synchronously, in well below a millisecond. */
export const smallBytes = 8 * 1024;
/** About two milliseconds of reading. */
const elementsPerSlice = 5000;

/**
 * Parses a body strictly: UTF-8 without BOM, unambiguous JSON, within `bodyLimits`. Yields to the event loop.
 * Throws the reason of `signal` where it is aborted.
 */
export async function readJson(body: Buffer, signal?: AbortSignal): Promise<ReadJsonResult> {
  const small = body.length <= smallBytes;
  if (!small) await yieldToEventLoop(signal);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return {
      ok: false,
      denial: deny('unreadable-body', message('policy.the-body'), {
        detail: message('gateway.not-utf-8'),
      }),
    };
  }
  const reading = new JsonReading(text, defaultJsonLimits, bodyLimits);
  let parsed = reading.next(elementsPerSlice);
  while (parsed === null) {
    await yieldToEventLoop(signal);
    parsed = reading.next(elementsPerSlice);
  }
  if (!parsed.ok)
    return {
      ok: false,
      denial:
        parsed.exceeded === undefined
          ? deny('unreadable-body', message('policy.the-body'), {
              detail: withReference(parsed.why, parsed.sentence),
              ...(parsed.isSyntaxError === true ? { engineError: syntaxError(parsed.why, text) } : {}),
            })
          : limitDenial(parsed.exceeded),
    };
  if (!small) await yieldToEventLoop(signal);
  return parsed;
}

/** The engine's error for invalid JSON. */
function syntaxError(why: string, text: string): EngineError {
  if (/^[ \t\r\n]*$/.test(text)) return badRequest('invalid JSON: got EOF while reading request body');
  return badRequest(why === contentAfterJson ? why : `invalid JSON: ${why}`);
}
