import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { knownKeys, type KnownKey } from '../known-keys.ts';
import { settingsJsonSchema, settingsJsonSchemaText } from './json-schema.ts';

const published = path.join(import.meta.dirname, '../../../docs/admin-settings.schema.json');

/** The result of validating a file with a JSON Schema validator. */
const accepts = (file: unknown): boolean => z.fromJSONSchema(settingsJsonSchema()).safeParse(file).success;

describe('the published JSON Schema', () => {
  it('is up to date: else run `node cli/main.ts settings schema > docs/admin-settings.schema.json`', () => {
    expect(readFileSync(published, 'utf8')).toBe(settingsJsonSchemaText());
  });

  it('describes every known key, with who reads it', () => {
    const walk = (schema: unknown, key: KnownKey, name: string): void => {
      const node = z
        .looseObject({
          description: z.string(),
          properties: z.record(z.string(), z.unknown()).default({}),
          items: z.unknown().optional(),
        })
        .parse(schema, { error: () => name });
      expect(node.description.startsWith(key.description.text), name).toBe(true);
      expect(Object.keys(node.properties), name).toEqual(Object.keys(key.keys ?? {}));
      for (const [member, known] of Object.entries(key.keys ?? {}))
        walk(node.properties[member], known, `${name}/${member}`);
      if (key.items !== undefined) walk(node.items, key.items, `${name}/-`);
    };
    walk(
      settingsJsonSchema(),
      {
        type: 'object',
        description: { id: 'test.settings', text: 'Settings of Docker Desktop' },
        keys: knownKeys,
      },
      '',
    );
    expect(settingsJsonSchema()).toMatchObject({
      properties: {
        bulkhead: { description: expect.stringMatching(/ Read only by engines guarded by Bulkhead\.$/) },
        useGrpcfuse: { description: expect.stringMatching(/ Read only by Docker Desktop on macOS\.$/) },
        dnsInhibition: {
          description: expect.stringMatching(/ Read only by Docker Desktop on Windows and macOS\.$/),
        },
      },
    });
  });

  it('accepts what the format allows, unknown keys too, and refuses wrong types and values', () => {
    expect(
      accepts({
        $schema: './admin-settings.schema.json',
        configurationFileVersion: 2,
        enhancedContainerIsolation: {
          locked: true,
          value: true,
          dockerSocketMount: {
            imageList: { images: ['docker:cli'], allowDerivedImages: true },
            commandList: { type: 'deny', commands: ['push', 'image*'] },
          },
        },
        filesharingAllowedDirectories: [{ path: '$HOME', sharedByDefault: true }],
        linuxVM: { dockerDaemonOptions: { locked: false, value: '{"debug": false}' } },
        memoryMiB: { locked: true, value: 4096 },
      }),
    ).toBe(true);
    for (const wrong of [
      { configurationFileVersion: 3 },
      { enhancedContainerIsolation: { value: 'true' } },
      { bulkhead: { mode: 'off' } },
      { filesharingAllowedDirectories: [{ sharedByDefault: true }] },
      { proxy: { mode: 1 } },
      { $schema: 1 },
    ])
      expect(accepts(wrong), JSON.stringify(wrong)).toBe(false);
  });
});
