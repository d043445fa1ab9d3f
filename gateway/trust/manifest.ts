import { createHash } from 'node:crypto';

/** Media types of image indexes. */
export const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
/** Media types of manifests, indexes included. */
export const manifestTypes = [
  ...indexTypes,
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
export const digestShape = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;

const maxChildren = 256;

/**
 * Digest (of the expected algorithm, else sha256) and children of a manifest; null where it is no manifest,
 * or not the expected one.
 */
export function readManifest(
  body: Buffer,
  expected: string | null,
): { digest: string; children: readonly string[] } | null {
  const algorithm = expected?.startsWith('sha512:') === true ? 'sha512' : 'sha256';
  const digest = `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`;
  if (expected !== null && expected !== digest) return null;
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value) || value.schemaVersion !== 2)
    return null;
  if ('manifests' in value && Array.isArray(value.manifests)) {
    const children = value.manifests
      .slice(0, maxChildren)
      .flatMap((entry: unknown) =>
        typeof entry === 'object' &&
        entry !== null &&
        'digest' in entry &&
        typeof entry.digest === 'string' &&
        digestShape.test(entry.digest)
          ? [entry.digest]
          : [],
      );
    return { digest, children };
  }
  return 'config' in value && 'layers' in value ? { digest, children: [] } : null;
}
