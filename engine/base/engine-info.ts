import * as z from 'zod';
import type { EngineExtension, EngineStatus } from '../../shared/engine-status/status.ts';

/** The fields of `GET /info` that are read. */
export const engineInfoSchema = z.object({
  Containers: z.number().int(),
  ContainersRunning: z.number().int(),
  Images: z.number().int(),
  Driver: z.string(),
  KernelVersion: z.string(),
  OperatingSystem: z.string(),
  DefaultRuntime: z.string(),
  ServerVersion: z.string(),
  LiveRestoreEnabled: z.boolean().optional(),
  // From API 1.53 on, if NRI is enabled.
  NRI: z.looseObject({}).nullish(),
  // From API 1.44 on; empty if CDI is off.
  CDISpecDirs: z.array(z.string()).nullish(),
});
export type EngineInfo = z.infer<typeof engineInfoSchema>;

export type EngineDescription = Pick<
  EngineStatus,
  | 'version'
  | 'apiVersion'
  | 'kernel'
  | 'os'
  | 'storageDriver'
  | 'defaultRuntime'
  | 'counts'
  | 'extensions'
  | 'liveRestore'
>;

/** The members of a status that come from `GET /info` and, if it was read, `GET /version`. Pure. */
export function describeEngine(
  info: EngineInfo | null,
  version: { readonly Version: string; readonly ApiVersion: string } | null = null,
): EngineDescription {
  return {
    version: version?.Version ?? info?.ServerVersion ?? null,
    apiVersion: version?.ApiVersion ?? null,
    kernel: info?.KernelVersion ?? null,
    os: info?.OperatingSystem ?? null,
    storageDriver: info?.Driver ?? null,
    defaultRuntime: info?.DefaultRuntime ?? null,
    counts:
      info === null
        ? null
        : { containers: info.Containers, running: info.ContainersRunning, images: info.Images },
    ...(info === null ? {} : withExtensions(info)),
    ...(info?.LiveRestoreEnabled === undefined ? {} : { liveRestore: info.LiveRestoreEnabled }),
  };
}

function withExtensions({ NRI, CDISpecDirs }: EngineInfo): Pick<EngineStatus, 'extensions'> {
  const extensions: EngineExtension[] = [
    ...(NRI == null ? [] : (['nri'] as const)),
    ...((CDISpecDirs ?? []).length === 0 ? [] : (['cdi'] as const)),
  ];
  return extensions.length === 0 ? {} : { extensions };
}
