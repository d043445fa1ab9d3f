import * as z from 'zod';

const path = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\0'), 'a path has no NUL byte');

/**
 * Identifies an engine. `system` is the machine's own Docker Engine (docker.service) behind a gateway of
 * ours; `docker-engine` the same, or any dockerd at a socket, without one.
 */
export const targetRefSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('embedded'), root: path }),
  z.object({ kind: z.literal('system') }),
  z.object({ kind: z.literal('docker-engine'), socket: path }),
  z.object({ kind: z.literal('docker-desktop') }),
]);
export type TargetRef = z.infer<typeof targetRefSchema>;
