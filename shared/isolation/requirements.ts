import * as z from 'zod';

export const backendIds = ['exclusive', 'sysbox'] as const;
export type BackendId = (typeof backendIds)[number];

/**
 * The runtime name the exclusive backend is registered under in the engine; what `docker inspect` shows (A6).
 */
export const exclusiveRuntimeName = 'bulkhead';
/** The name Sysbox's own installer registers its runtime under. */
export const sysboxRuntimeName = 'sysbox-runc';

/**
 * The backend a settings file chooses: Sysbox only where it is named, since it protects less (no range of its
 * own for each container, A3).
 */
export function chosenBackend(setting: 'auto' | BackendId): BackendId {
  return setting === 'sysbox' ? 'sysbox' : 'exclusive';
}

/** The isolation runtime of a backend: the only one containers get (A6). */
export function runtimeNameOf(backend: BackendId): string {
  switch (backend) {
    case 'exclusive':
      return exclusiveRuntimeName;
    case 'sysbox':
      return sysboxRuntimeName;
  }
}

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

/** One thing a backend needs of this machine, as tried, not as assumed. */
export const requirementSchema = z.object({
  code: z.enum(requirementCodes),
  met: z.boolean(),
  /** What was found: "6.18.44", "ext4 on /var/lib/docker cannot be id-mapped: EINVAL". */
  found: z.string(),
  /** What to do when not met. */
  fix: z.string().optional(),
});
export type Requirement = z.infer<typeof requirementSchema>;

export const backendReportSchema = z.object({
  id: z.enum(backendIds),
  available: z.boolean(),
  requirements: z.array(requirementSchema),
});
export type BackendReport = z.infer<typeof backendReportSchema>;
