import { message } from '../messages/message.ts';
import { deny, type Denial } from './decision.ts';
import { badRequest, type EngineError } from './engine-errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { checkShape, wholeBody, type Shape, type ShapeProblem } from './shape.ts';

/** A request's body as the engine parses it, by the engine's names of fields; or why it is refused. */
export type ReadBody =
  { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly denial: Denial };

/** Checks a parsed body against its model. `null` sets nothing, as in Go. */
export function readBodyAs(value: Json, shape: Shape): ReadBody {
  if (value === null) return { ok: true, body: new Map() };
  const shaped = checkShape(value, shape);
  if (!shaped.ok) return { ok: false, denial: shapeDenial(shaped.problem, shape) };
  // A checked object is still an object.
  return isObject(shaped.value)
    ? { ok: true, body: shaped.value }
    : { ok: false, denial: deny('unreadable-body', message('policy.the-body')) };
}

/** The refusal of a body that does not fit its shape. */
function shapeDenial(problem: ShapeProblem, shape: Shape): Denial {
  switch (problem.why) {
    case 'unknown-field':
      return deny('unmodelled-field', message('policy.the-field', { path: problem.path }));
    case 'repeated-field':
      return deny('unreadable-body', message('policy.the-field', { path: problem.path }), {
        detail: message('policy.field-repeated', { name: problem.expected }),
      });
    case 'wrong-type':
      return deny('unreadable-body', problem.path, {
        detail: message('policy.must-be', { expected: problem.expected }),
        ...(problem.goError === undefined
          ? {}
          : { engineError: decoderError(problem.path, problem.goError, shape) }),
      });
  }
}

/** The error of Go's decoder: the names of embedded structs, which it repeats in the path, are omitted. */
function decoderError(
  path: string,
  { found, type }: NonNullable<ShapeProblem['goError']>,
  shape: Shape,
): EngineError {
  const struct = typeof shape === 'object' && 'fields' in shape ? (shape.struct ?? '') : '';
  const target =
    path === wholeBody
      ? `Go value of type ${struct}`
      : `Go struct field ${struct.replace(/^.*\./, '')}.${path} of type ${type}`;
  return badRequest(`invalid JSON: json: cannot unmarshal ${found} into ${target}`);
}
