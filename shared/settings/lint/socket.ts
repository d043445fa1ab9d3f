import { commandGroups, dockerCommands, listedCommand } from '../commands.ts';
import { imageReferenceMessages, parseImageReference, referenceCovers } from '../image-reference.ts';
import type { SettingsPath } from '../pointer.ts';
import { closestName } from './closest-name.ts';
import { replaceNode, type Report } from './report.ts';

const mount = ['enhancedContainerIsolation', 'dockerSocketMount'] as const;

/** Images that may mount the Docker socket, and the commands they may send through it. */
export function lintSocket(report: Report): void {
  report.list([...mount, 'imageList', 'images']).forEach((image, index) => {
    lintImage(report, image, [...mount, 'imageList', 'images', index], false);
  });
  lintCommands(report, [...mount, 'commandList', 'commands']);
  report.list(['bulkhead', 'perImageCommandLists']).forEach((_, index) => {
    const list = ['bulkhead', 'perImageCommandLists', index];
    lintImage(report, report.value([...list, 'image']), [...list, 'image'], true);
    lintUse(report, report.value([...list, 'image']), [...list, 'image']);
    lintCommands(report, [...list, 'commands']);
  });
}

/** A list for an image that may not mount the socket at all. */
function lintUse(report: Report, image: unknown, path: SettingsPath): void {
  const allowed = report.list([...mount, 'imageList', 'images']).filter((entry) => typeof entry === 'string');
  const own = typeof image === 'string' ? parseImageReference(image) : null;
  // Without any image no list has a use, and nobody has to be told of each.
  if (own?.ok !== true || allowed.length === 0) return;
  const used = allowed.some((entry) => {
    const parsed = parseImageReference(entry);
    return (
      parsed.ok && (referenceCovers(own.value, parsed.value) || referenceCovers(parsed.value, own.value))
    );
  });
  if (!used)
    report.add(
      'socket-list-unused',
      'warning',
      path,
      `No image that may mount the Docker socket is "${String(image)}": this list has no effect. Add the image to imageList.`,
      { params: { image: String(image) } },
    );
}

/**
 * `nameOnly`: the entry only chooses a command list; it lets nothing in, so how far it reaches is no finding.
 */
function lintImage(report: Report, image: unknown, path: SettingsPath, nameOnly: boolean): void {
  if (typeof image !== 'string') return;
  const parsed = parseImageReference(image);
  const node = report.node(path);
  if (!parsed.ok) {
    const trimmed = image.trim();
    const repaired =
      trimmed !== image && parseImageReference(trimmed).ok
        ? trimmed
        : parsed.error === 'upper-case'
          ? lowerCaseName(image)
          : null;
    report.add(
      'socket-image-invalid',
      'warning',
      path,
      `"${image}" is not an image reference: ${imageReferenceMessages[parsed.error]}. It matches no image.`,
      {
        params: { image, reason: parsed.error },
        ...(repaired === null || node === undefined
          ? {}
          : {
              fix: {
                title: `Change it to ${repaired}`,
                edits: [replaceNode(node, JSON.stringify(repaired))],
              },
            }),
      },
    );
    return;
  }
  if (nameOnly) return;
  lintDigest(report, image, path);
  const reference = parsed.value;
  if (reference.kind === 'any') {
    report.add(
      'socket-image-any',
      'warning',
      path,
      'Every image may mount the Docker socket, and with it command the engine. List the images that need it.',
      { params: { image } },
    );
  } else if (reference.path === '*' || reference.path.endsWith('/*')) {
    report.add(
      'socket-image-wildcard-tag',
      'warning',
      path,
      `Every repository below ${reference.domain}/${reference.path.replace(/\*$/, '')} is trusted, whoever may push there.`,
      { params: { image } },
    );
  } else if (reference.digest === null && reference.tag === '*') {
    report.add(
      'socket-image-wildcard-tag',
      'warning',
      path,
      'Every tag of this image is trusted, also those that are pushed later. Name a tag or a digest.',
      { params: { image } },
    );
  } else if (reference.digest === null) {
    report.add(
      'socket-image-mutable-tag',
      'note',
      path,
      reference.tagWritten
        ? 'This tag can move: what is pushed under it later is trusted too. Pin the digest (name@sha256:…).'
        : 'No tag means :latest, which moves: what is pushed under it later is trusted too. Pin the digest (name@sha256:…).',
      { params: { image, tag: reference.tag ?? '' } },
    );
  }
}

/** Trust is by digest (B3): an entry its registry serves none for lets nothing in. */
function lintDigest(report: Report, image: string, path: SettingsPath): void {
  const answer = report.context.registryAnswers?.get(image);
  if (answer === undefined || answer.kind === 'served') return;
  if (answer.kind === 'absent') {
    report.add(
      'socket-image-no-digest',
      'warning',
      path,
      `The registry serves no image for "${image}": the entry lets none in. Check the name and the tag, or push it.`,
      { params: { image } },
    );
  } else {
    report.add(
      'socket-image-no-digest',
      'warning',
      path,
      `The registry could not be asked for "${image}": ${answer.why}. While that lasts, only what it served before is let in.`,
      { params: { image, reason: answer.why } },
    );
  }
}

/** The name part in lower case, if that makes it a reference. */
function lowerCaseName(image: string): string | null {
  const end = image.indexOf('@') === -1 ? image.indexOf(':', image.lastIndexOf('/') + 1) : image.indexOf('@');
  const lower = end === -1 ? image.toLowerCase() : image.slice(0, end).toLowerCase() + image.slice(end);
  return parseImageReference(lower).ok ? lower : null;
}

function lintCommands(report: Report, path: SettingsPath): void {
  // What a deny list was meant to keep out can't be told from an entry like these.
  const closed =
    report.ownEngine && report.value([...path.slice(0, -1), 'type']) !== 'allow'
      ? ' As long as it stands in this list, everything is denied.'
      : '';
  report.list(path).forEach((entry, index) => {
    if (typeof entry !== 'string') return;
    const listed = listedCommand(entry);
    const at = [...path, index];
    if (listed.kind === 'unsupported') {
      report.add(
        'socket-command-unsupported',
        'warning',
        at,
        `"${listed.name}" can't be listed: ${listed.why}. List the commands it calls instead.${closed}`,
        { params: { command: listed.name } },
      );
    } else if (listed.kind === 'unknown') {
      const closest =
        report.suggestionsLeft-- <= 0
          ? null
          : closestName(listed.name, [
              ...commandGroups,
              ...dockerCommands.flatMap((c) => [c.name, ...c.aliases]),
            ]);
      const node = report.node(at);
      report.add(
        'socket-command-unknown',
        'warning',
        at,
        `"${entry}" is no Docker command${closest === null ? '' : `. Did you mean "${closest}"?`}${closest === null ? (closed === '' ? '. The entry has no effect.' : '.') : ''}${closed}`,
        {
          params: { command: entry, ...(closest === null ? {} : { suggestion: closest }) },
          ...(closest === null || node === undefined
            ? {}
            : {
                fix: {
                  title: `Change it to "${closest}"`,
                  edits: [replaceNode(node, JSON.stringify(closest))],
                },
              }),
        },
      );
    }
  });
}
