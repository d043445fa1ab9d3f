import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';

/** Stable lint codes (file-format page, "Lint findings"). */
export const findingCodes = [
  'syntax',
  'bom',
  'too-large',
  'wrong-type',
  'unknown-key',
  'duplicate-key',
  'version-unsupported',
  'missing-version',
  'socket-command-unsupported',
  'socket-command-unknown',
  'socket-image-any',
  'socket-image-wildcard-tag',
  'socket-image-mutable-tag',
  'socket-image-invalid',
  'socket-image-no-digest',
  'socket-list-unused',
  'socket-list-by-content',
  'device-invalid',
  'network-volume-invalid',
  'share-dangerous',
  'share-invalid',
  'share-empty-list',
  'eci-unlocked',
  'eci-off-with-allowlist',
  'file-sharing-drivers-off',
  'key-not-used-here',
  'key-undocumented',
  'proxy-exclude-text',
  'proxy-without-address',
  'value-unusable',
  'bulkhead-on-desktop',
  'kubernetes-images-not-allowed',
  'embedded-json-invalid',
  'audit-mode',
  'desktop-version-too-old',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** A text edit: replace `length` UTF-16 units at `offset` by `text`. */
const textEditSchema = z.object({
  offset: z.number().int(),
  length: z.number().int(),
  text: z.string(),
});
export type TextEdit = z.infer<typeof textEditSchema>;

/**
 * One finding. Errors block applying; warnings and notes don't. line/column are 1-based, offsets are UTF-16
 * units into the text.
 */
export const findingSchema = z.object({
  code: z.enum(findingCodes),
  severity: z.enum(['error', 'warning', 'note']),
  /** JSON pointer (RFC 6901) of its subject; '' for the document. */
  pointer: z.string(),
  range: z.object({
    offset: z.number().int(),
    length: z.number().int(),
    line: z.number().int(),
    column: z.number().int(),
  }),
  /** English sentence. */
  message: z.string(),
  /** The catalogue sentence of `message`. */
  sentence: messageReferenceSchema.optional(),
  params: z.record(z.string(), z.string()),
  fix: z
    .object({
      title: z.string(),
      sentence: messageReferenceSchema.optional(),
      edits: z.array(textEditSchema),
    })
    .optional(),
});
export type Finding = z.infer<typeof findingSchema>;
