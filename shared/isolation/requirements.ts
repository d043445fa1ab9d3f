import * as z from 'zod';
import { plainText, referenceTo, type Message } from '../messages/message.ts';
import { messageReferenceSchema } from '../messages/schema.ts';
import { backendIds } from './backends.ts';

export const requirementCodes = [
  'root',
  'linux',
  'kernel',
  'mount-api',
  'idmapped-mounts',
  'overlay-layers',
  'runc',
  'runtime-built',
  'storage-driver',
  'native-overlay-diff',
  'planner',
  'sysbox-installed',
  'sysbox-services',
  'build-isolation',
  'no-selinux',
  'no-snap',
  'probe-built',
] as const;

/** One requirement of a backend, really tried on this machine. */
export const requirementSchema = z.object({
  code: z.enum(requirementCodes),
  met: z.boolean(),
  /** What was found: "6.18.44", "ext4 on /var/lib/docker cannot be id-mapped: EINVAL". */
  found: z.string(),
  /** What to do when not met. */
  fix: z.string().optional(),
  /** The catalogue sentences of the texts. */
  sentences: z
    .object({ found: messageReferenceSchema.optional(), fix: messageReferenceSchema.optional() })
    .optional(),
});
export type Requirement = z.infer<typeof requirementSchema>;

/** Makes a requirement; `fix` is used only if it is not met. */
export function requirement(
  code: Requirement['code'],
  met: boolean,
  found: string | Message,
  fix?: string | Message,
): Requirement {
  const advice = met ? undefined : fix;
  const sentences = {
    ...(typeof found === 'string' ? {} : { found: referenceTo(found) }),
    ...(advice === undefined || typeof advice === 'string' ? {} : { fix: referenceTo(advice) }),
  };
  return {
    code,
    met,
    found: plainText(found),
    ...(advice === undefined ? {} : { fix: plainText(advice) }),
    ...(Object.keys(sentences).length === 0 ? {} : { sentences }),
  };
}

export const backendReportSchema = z.object({
  id: z.enum(backendIds),
  available: z.boolean(),
  requirements: z.array(requirementSchema),
});
export type BackendReport = z.infer<typeof backendReportSchema>;
