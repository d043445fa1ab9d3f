import { message } from '../messages/message.ts';
import { deny, type Denial } from './decision.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { checkShape, type Shape, type ShapeProblem } from './shape.ts';

/** A request's body as the engine reads it, by the engine's names of fields; or why it is refused. */
export type ReadBody =
  { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly denial: Denial };

/** Checks a parsed body against its model. */
export function readBodyAs(value: Json, shape: Shape): ReadBody {
  const shaped = checkShape(value, shape);
  if (!shaped.ok) return { ok: false, denial: shapeDenial(shaped.problem) };
  return isObject(shaped.value)
    ? { ok: true, body: shaped.value }
    : {
        ok: false,
        denial: deny('unreadable-body', message('policy.the-body'), {
          detail: message('policy.it-must-be-object'),
        }),
      };
}

/** The refusal of a body that does not fit its shape. */
function shapeDenial(problem: ShapeProblem): Denial {
  switch (problem.why) {
    case 'unknown-field':
      return deny('unmodelled-field', message('policy.the-field', { path: problem.path }));
    case 'repeated-field':
      return deny('unreadable-body', message('policy.the-field', { path: problem.path }), {
        detail: message('policy.field-is-repeated', { name: problem.expected }),
      });
    case 'wrong-type':
      return deny('unreadable-body', problem.path, {
        detail: message('policy.it-must-be', { expected: problem.expected }),
      });
  }
}
