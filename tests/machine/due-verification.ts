import * as z from 'zod';
import type { Guest } from './guest.ts';

const statusSchema = z.object({
  protection: z.string(),
  engine: z.object({ kernel: z.string().nullable() }),
  verification: z.object({ at: z.string(), kernel: z.string().optional() }).nullable(),
});

/** What `bulkhead status --json` reports. */
export async function reportedStatus(guest: Guest): Promise<z.infer<typeof statusSchema>> {
  return statusSchema.parse(JSON.parse(await guest.output('bulkhead status --json')));
}

/** As bulkhead-verify.timer does; resolves at its end, and rejects if it fails. */
export async function startDueVerification(guest: Guest): Promise<void> {
  // Checks of the timer itself count against the service's start limit, too.
  await guest.output('systemctl reset-failed bulkhead-verify-due.service || true');
  await guest.output('systemctl start bulkhead-verify-due.service', { timeoutMs: 900_000 });
}
