import { readFile } from 'node:fs/promises';
import { verificationSchema, type Verification } from '../../shared/verify/claims.ts';
import type { RootPaths } from '../base/root-paths.ts';

/** The last recorded verification; null if there is none or it is invalid. */
export async function readVerification(paths: RootPaths): Promise<Verification | null> {
  try {
    const parsed = verificationSchema.safeParse(JSON.parse(await readFile(paths.verification, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
