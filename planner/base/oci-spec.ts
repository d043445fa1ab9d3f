import * as z from 'zod';

const mountSchema = z.looseObject({
  destination: z.string(),
  type: z.string().optional(),
  source: z.string().optional(),
  options: z.array(z.string()).nullish(),
});
export const deviceRuleSchema = z.looseObject({
  allow: z.boolean(),
  type: z.string().optional(),
  major: z.number().nullish(),
  minor: z.number().nullish(),
  access: z.string().optional(),
});
const namespaceSchema = z.looseObject({ type: z.string(), path: z.string().optional() });
/** Left out of the schema: runc itself reports an error for a process that is written differently. */
export const processSchema = z.looseObject({
  capabilities: z.looseObject({ bounding: z.array(z.string()) }),
});
export const specSchema = z.looseObject({
  root: z.looseObject({ path: z.string() }),
  mounts: z.array(mountSchema).nullish(),
  hooks: z.record(z.string(), z.unknown()).nullish(),
  linux: z.looseObject({
    namespaces: z.array(namespaceSchema),
    uidMappings: z.array(z.unknown()).nullish(),
    gidMappings: z.array(z.unknown()).nullish(),
    sysctl: z.record(z.string(), z.string()).nullish(),
    devices: z.array(z.unknown()).nullish(),
    maskedPaths: z.array(z.string()).nullish(),
    readonlyPaths: z.array(z.string()).nullish(),
    cgroupsPath: z.string().optional(),
    resources: z.looseObject({ devices: z.array(deviceRuleSchema).nullish() }).nullish(),
  }),
});
export type OciNamespace = z.infer<typeof namespaceSchema>;

export type OciSpec = z.infer<typeof specSchema>;

export type OciMount = z.infer<typeof mountSchema>;
