import * as z from 'zod';
import type { Message, MessageParam, MessageReference } from './localized-text.ts';

const paramSchema: z.ZodType<MessageParam> = z.lazy(() => z.union([z.string(), z.number(), messageSchema]));
const paramsSchema = z.record(z.string(), paramSchema).optional();

/** A reference to a sentence, as processes pass it on. */
export const messageReferenceSchema: z.ZodType<MessageReference> = z.object({
  id: z.string(),
  params: paramsSchema,
});

/** A sentence with its English text, as processes pass it on. */
export const messageSchema: z.ZodType<Message> = z.object({
  id: z.string(),
  params: paramsSchema,
  text: z.string(),
});
