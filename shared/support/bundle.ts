import * as z from 'zod';
import { redactionKinds } from './redact.ts';

const entryFields = {
  name: z.string().max(300),
  /** How many values were replaced in it, by kind. */
  redactions: z.partialRecord(z.enum(redactionKinds), z.number().int().nonnegative()),
  /** Number of bytes omitted at its beginning, if it is too large. */
  omittedBytes: z.number().int().nonnegative(),
};

/** A file of a support bundle, with secrets redacted. */
const bundleEntrySchema = z.object({ ...entryFields, content: z.string() });
export type BundleEntry = z.infer<typeof bundleEntrySchema>;

/** A file of a support bundle in its listing. */
export const listedBundleEntrySchema = z.object({
  ...entryFields,
  bytes: z.number().int().nonnegative(),
});
export type ListedBundleEntry = z.infer<typeof listedBundleEntrySchema>;

/** Progress of the collection of a bundle. `total`: null until the engine's own facts are collected. */
export const bundleProgressSchema = z.object({
  read: z.number().int().nonnegative(),
  total: z.number().int().nonnegative().nullable(),
});
export type BundleProgress = z.infer<typeof bundleProgressSchema>;

/** The events that `bulkhead support-bundle --events` prints, one per line; the last is `collected`. */
export const bundleEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: bundleProgressSchema }),
  z.object({ type: z.literal('entry'), entry: bundleEntrySchema }),
  z.object({ type: z.literal('collected') }),
]);
export type BundleEvent = z.infer<typeof bundleEventSchema>;

const utf8 = new TextEncoder();

/** An entry without its content. */
export function listEntry({ content, ...entry }: BundleEntry): ListedBundleEntry {
  return { ...entry, bytes: utf8.encode(content).length };
}

/** A bundle's entries, preceded by their listing. */
export function withManifest(entries: readonly BundleEntry[], at: Date): readonly BundleEntry[] {
  const manifest = { at: at.toISOString(), entries: entries.map(listEntry) };
  return [
    {
      name: 'manifest.json',
      content: `${JSON.stringify(manifest, null, 2)}\n`,
      redactions: {},
      omittedBytes: 0,
    },
    ...entries,
  ];
}

/** The suggested name for a bundle of this time. */
export function bundleFileName(at: Date): string {
  const stamp = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `bulkhead-support-${stamp}.tar.gz`;
}
