import * as z from 'zod';
import { factsOf, settingsFileSchema, type KeyFacts } from './index.ts';

const platformNames = { darwin: 'macOS', win32: 'Windows', linux: 'Linux' } as const;

/** The text shown in editors: the sentence, then who reads the key if not every engine does. */
function describe({ description, usedBy, platforms, since }: KeyFacts): string {
  const where =
    platforms === undefined ? '' : ` on ${platforms.map((one) => platformNames[one]).join(' and ')}`;
  const notes = [
    ...(usedBy === 'engine' ? ['Read only by engines guarded by Bulkhead.'] : []),
    ...(usedBy === 'desktop' ? [`Read only by Docker Desktop${where}.`] : []),
    ...(since === undefined ? [] : [`Docker Desktop reads it since ${since.version}${wsl2(since.wsl2)}.`]),
  ];
  return [description.text, ...notes].join(' ');
}

const wsl2 = (version: string | undefined): string =>
  version === undefined ? '' : `, with WSL 2 since ${version}`;

/** Facts for which JSON Schema has a keyword. */
const keywordsOf = (facts: KeyFacts): Record<string, unknown> => ({
  description: describe(facts),
  ...(facts.default === undefined ? {} : { default: facts.default }),
  ...(facts.constant === undefined ? {} : { const: facts.constant }),
  ...(facts.examples === undefined ? {} : { examples: facts.examples }),
  ...(facts.content === 'json' ? { contentMediaType: 'application/json' } : {}),
});

/**
 * The JSON Schema of admin-settings.json, for editors and other validators. Draft 7, which editors support
 * best. Unknown keys are allowed, as in the file.
 */
export function settingsJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(settingsFileSchema, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const facts = factsOf(zodSchema);
      if (facts !== undefined) Object.assign(jsonSchema, keywordsOf(facts));
      // Loose objects accept any other member, which is the default of a schema without this keyword.
      delete jsonSchema.additionalProperties;
    },
  });
  const { $schema, ...rest } = schema;
  return {
    $schema,
    title: 'admin-settings.json',
    description: 'Settings of Docker Desktop and of Docker engines guarded by Bulkhead.',
    ...rest,
  };
}

/** The text of the published schema, docs/admin-settings.schema.json. */
export const settingsJsonSchemaText = (): string => `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;
