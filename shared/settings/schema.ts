import * as z from 'zod';
import { messageLanguages } from '../language.ts';

// Every object is loose: keys this version does not know, and keys of other platforms, are none of its
// business and survive.
const locked = z.boolean().optional();

const commandListSchema = z.looseObject({
  type: z.enum(['deny', 'allow']).optional(),
  commands: z.array(z.string()).optional(),
});

export const backendChoices = ['auto', 'exclusive', 'sysbox'] as const;
export const policyModes = ['enforce', 'audit'] as const;
export const existingContainersChoices = ['block', 'warn'] as const;
export const socketScopes = ['all', 'own'] as const;
export const hideEnvironmentChoices = ['never', 'socket-mounts', 'always'] as const;

/**
 * The keys the engine acts on. A wrong type in one of them makes the policy unreadable: it fails closed, it
 * never becomes a default.
 */
export const adminSettingsSchema = z.looseObject({
  configurationFileVersion: z.number().optional(),
  enhancedContainerIsolation: z
    .looseObject({
      locked,
      value: z.boolean().optional(),
      dockerSocketMount: z
        .looseObject({
          imageList: z
            .looseObject({
              images: z.array(z.string()).optional(),
              allowDerivedImages: z.boolean().optional(),
            })
            .optional(),
          commandList: commandListSchema.optional(),
        })
        .optional(),
    })
    .optional(),
  filesharingAllowedDirectories: z
    .array(z.looseObject({ path: z.string(), sharedByDefault: z.boolean().optional() }))
    .optional(),
  blockDockerLoad: z.looseObject({ locked, value: z.boolean().optional() }).optional(),
  bulkhead: z
    .looseObject({
      backend: z.enum(backendChoices).optional(),
      mode: z.enum(policyModes).optional(),
      existingContainers: z.enum(existingContainersChoices).optional(),
      /**
       * B7: a command list for one image, instead of the general one; with a scope of its own where it says
       * so.
       */
      perImageCommandLists: z
        .array(commandListSchema.extend({ image: z.string(), scope: z.enum(socketScopes).optional() }))
        .optional(),
      socketMounts: z.looseObject({ scope: z.enum(socketScopes).optional() }).optional(),
      hideEnvironment: z.enum(hideEnvironmentChoices).optional(),
      language: z.enum(messageLanguages).optional(),
    })
    .optional(),
});
export type AdminSettings = z.infer<typeof adminSettingsSchema>;

/** The only version of the format there is. */
export const settingsFileVersion = 2;
