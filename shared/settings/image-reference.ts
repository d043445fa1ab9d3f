import { message, type Message } from '../messages/message.ts';
/** A parsed entry of the socket image list (B2), with Docker's defaults filled in. */
export type ImageReference =
  | { readonly kind: 'any' }
  | {
      readonly kind: 'image';
      /** Registry host with port: `docker.io` when none was written. */
      readonly domain: string;
      /**
       * Repository path on it: `library/docker`; `*` at its end (`repo/*`) matches one or more path
       * components.
       */
      readonly path: string;
      /** `latest` when none was written; `*` is any tag; null beside a digest. */
      readonly tag: string | null;
      readonly digest: string | null;
      /** Whether the tag was given, or is the default. */
      readonly tagWritten: boolean;
    };

export type ImageReferenceError =
  | 'empty'
  | 'space'
  | 'upper-case'
  | 'bad-domain'
  | 'bad-path'
  | 'bad-tag'
  | 'bad-digest'
  | 'wildcard-place'
  | 'too-long'
  | 'bare-id';

/** English sentence of an image reference error. */
export const imageReferenceMessages: Readonly<Record<ImageReferenceError, Message>> = {
  empty: message('settings.reference-empty'),
  space: message('settings.reference-white-space'),
  'upper-case': message('settings.repository-not-lower-case'),
  'bad-domain': message('settings.registry-host-invalid'),
  'bad-path': message('settings.repository-name-invalid'),
  'bad-tag': message('settings.tag-invalid'),
  'bad-digest': message('settings.digest-invalid'),
  'wildcard-place': message('settings.wildcard-invalid'),
  'too-long': message('settings.repository-name-too-long'),
  'bare-id': message('settings.reference-without-repository'),
};

// The grammar of github.com/distribution/reference.
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domainName = new RegExp(
  String.raw`^(?:${domainComponent}(?:\.${domainComponent})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`,
);
const tagShape = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestShape = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

type ParseResult =
  | { readonly ok: true; readonly value: ImageReference }
  | { readonly ok: false; readonly error: ImageReferenceError };

/**
 * Parses `name[:tag]`, `name@digest`, `name:*`, `repo/*:*` or `*`. Short names are Docker Hub's, as in the
 * Docker CLI.
 */
export function parseImageReference(written: string): ParseResult {
  const bad = (error: ImageReferenceError): ParseResult => ({ ok: false, error });
  if (written === '') return bad('empty');
  if (/\s/.test(written)) return bad('space');
  if (written === '*') return { ok: true, value: { kind: 'any' } };
  if (/^(?:sha256:)?[a-f0-9]{64}$/.test(written)) return bad('bare-id');

  const at = written.indexOf('@');
  const digest = at === -1 ? null : written.slice(at + 1);
  if (digest !== null && !digestShape.test(digest)) return bad('bad-digest');
  const named = at === -1 ? written : written.slice(0, at);

  // A colon after the last slash separates the tag; one before it belongs to the port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon === -1 ? null : named.slice(colon + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  if (tag !== null && tag !== '*' && !tagShape.test(tag))
    return bad(tag.includes('*') ? 'wildcard-place' : 'bad-tag');

  const slash = name.indexOf('/');
  const head = slash === -1 ? '' : name.slice(0, slash);
  const isDomain = head !== '' && (/[.:]/.test(head) || head === 'localhost' || head !== head.toLowerCase());
  if (isDomain && !domainName.test(head)) return bad('bad-domain');
  // Docker treats index.docker.io as docker.io, and host names as case-insensitive.
  const domain = isDomain
    ? head.toLowerCase() === 'index.docker.io'
      ? 'docker.io'
      : head.toLowerCase()
    : 'docker.io';
  const rest = isDomain ? name.slice(slash + 1) : name;
  const parts = rest.split('/');
  const wildcard = parts.length > 1 && parts.at(-1) === '*';
  if (
    rest.replace(/\*$/, '').includes('*') ||
    (rest.endsWith('*') && !wildcard && !(isDomain && rest === '*'))
  )
    return bad('wildcard-place');
  const checked = wildcard || rest === '*' ? parts.slice(0, -1) : parts;
  if (rest !== rest.toLowerCase()) return bad('upper-case');
  if (checked.some((part) => !component.test(part))) return bad('bad-path');
  const path = domain === 'docker.io' && parts.length === 1 && rest !== '*' ? `library/${rest}` : rest;
  if (path.length > 255) return bad('too-long');
  return {
    ok: true,
    value: {
      kind: 'image',
      domain,
      path,
      tag: tag ?? (digest === null ? 'latest' : null),
      digest,
      tagWritten: tag !== null,
    },
  };
}

/** The complete reference with all defaults: `docker.io/library/docker:cli`. */
export function canonicalReference(reference: ImageReference): string {
  if (reference.kind === 'any') return '*';
  return (
    `${reference.domain}/${reference.path}${reference.tag === null ? '' : `:${reference.tag}`}` +
    `${reference.digest === null ? '' : `@${reference.digest}`}`
  );
}

/**
 * As short as displayed by the Docker CLI: `docker:cli`, `testcontainers/ryuk:latest`. Never so short that it
 * would be parsed as another.
 */
export function familiarReference(reference: ImageReference): string {
  const full = canonicalReference(reference);
  const shorter = ['docker.io/library/', 'docker.io/']
    .filter((prefix) => full.startsWith(prefix))
    .map((prefix) => full.slice(prefix.length));
  // "docker.io/a.b/c" without its host would name the host a.b.
  return (
    shorter.find((short) => {
      const parsed = parseImageReference(short);
      return parsed.ok && canonicalReference(parsed.value) === full;
    }) ?? full
  );
}

/**
 * Whether an allowed reference matches an image's name (`name:tag` or `name@digest`). By name only: trust is
 * by content (B3), so a match is a condition for further checks, not the result.
 */
export function referenceCovers(allowed: ImageReference, image: ImageReference): boolean {
  if (allowed.kind === 'any') return true;
  if (image.kind === 'any' || allowed.domain !== image.domain) return false;
  const inPath =
    allowed.path === '*' ||
    (allowed.path.endsWith('/*')
      ? image.path.startsWith(allowed.path.slice(0, -1))
      : allowed.path === image.path);
  if (!inPath) return false;
  if (allowed.digest !== null) return allowed.digest === image.digest;
  return allowed.tag === '*' || (image.tag !== null && allowed.tag === image.tag);
}

/** Whether a command list for `image` is used: by an allowed image that it covers, or that covers it. */
export function isUsedByAllowedImage(image: string, allowedImages: readonly string[]): boolean {
  const parsed = parseImageReference(image);
  return (
    parsed.ok &&
    allowedImages.some((entry) => {
      const allowed = parseImageReference(entry);
      return (
        allowed.ok &&
        (referenceCovers(parsed.value, allowed.value) || referenceCovers(allowed.value, parsed.value))
      );
    })
  );
}

/** A repository with all defaults: `docker.io` and `library/docker`. */
export interface Repository {
  readonly domain: string;
  readonly path: string;
}

/** Whether an allowed reference matches a repository, whatever the tag or digest. `*` alone matches none. */
export function referenceCoversRepository(allowed: ImageReference, repository: Repository): boolean {
  return (
    allowed.kind === 'image' &&
    referenceCovers(
      { ...allowed, tag: '*', digest: null },
      { kind: 'image', ...repository, tag: 'latest', digest: null, tagWritten: false },
    )
  );
}
