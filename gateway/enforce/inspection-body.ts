import type { Denial } from '../../shared/policy/decision.ts';
import type { JsonObject } from '../../shared/policy/json.ts';
import { readBodyAs } from '../../shared/policy/request-body.ts';
import type { Shape } from '../../shared/policy/shape.ts';
import { type InspectionContext, type InspectionResult, denied, passedAsIs } from './inspection-context.ts';
import { contentTypeDenial } from './json-content-type.ts';
import { readJson } from './read-body.ts';
import { writeBody } from './write-body.ts';

/** A parsed body; an empty object without one. */
export interface ReadBody {
  readonly ok: true;
  readonly body: JsonObject;
  /** Length of the body as received, bytes. */
  readonly bytes: number;
}
export type ReadBodyResult = ReadBody | { readonly ok: false; readonly denial: Denial };
const emptyObject: JsonObject = new Map();

/** Reads a body and checks its shape. */
export async function readBody(
  context: InspectionContext,
  body: Buffer | null,
  shape: Shape,
): Promise<ReadBodyResult> {
  // A missing body stays missing: the engine reports the error.
  if (body === null || body.length === 0) return { ok: true, body: emptyObject, bytes: 0 };
  const otherType = contentTypeDenial(context.request.head);
  if (otherType !== null) return { ok: false, denial: otherType };
  const decoded = await readJson(body, context.request.clientGone?.());
  if (!decoded.ok) return decoded;
  const read = readBodyAs(decoded.value, shape);
  return read.ok ? { ...read, bytes: body.length } : read;
}

/** Adds the re-serialized body to a passed `result`. */
export async function withBody(
  context: InspectionContext,
  result: InspectionResult,
  { body, bytes }: ReadBody,
): Promise<InspectionResult> {
  if (result.kind !== 'passed') return result;
  return {
    ...result,
    body: bytes === 0 ? Buffer.alloc(0) : await writeBody(body, bytes, context.request.clientGone?.()),
  };
}

/** An inspection that only parses and checks the body. */
export async function inspectBody(
  context: InspectionContext,
  body: Buffer | null,
  shape: Shape,
): Promise<InspectionResult> {
  const read = await readBody(context, body, shape);
  return read.ok ? withBody(context, passedAsIs, read) : denied(read.denial);
}
