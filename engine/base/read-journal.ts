import { readFile } from 'node:fs/promises';
import type * as z from 'zod';
import { systemCode } from '../../shared/process/system-code.ts';

/** A journal on disk; null if there is none, 'damaged' if it is invalid. */
export async function readJournalFile<T>(file: string, schema: z.ZodType<T>): Promise<T | null | 'damaged'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? null : 'damaged';
  }
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'damaged';
  } catch {
    return 'damaged';
  }
}
