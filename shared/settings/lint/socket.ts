import { problemText } from '../registry-problem.ts';
import { commandGroups, dockerCommands, listedCommand } from '../commands.ts';
import { imageReferenceMessages, parseImageReference, referenceCovers } from '../image-reference.ts';
import type { SettingsPath } from '../pointer.ts';
import { closestName } from './closest-name.ts';
import { message, type Message } from '../../messages/message.ts';
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

/** A list for an image that may not mount the socket at all, or may by `*` alone, whatever its content. */
function lintUse(report: Report, image: unknown, path: SettingsPath): void {
  const allowed = report.list([...mount, 'imageList', 'images']).filter((entry) => typeof entry === 'string');
  const own = typeof image === 'string' ? parseImageReference(image) : null;
  // Without any image no list has an effect, and a finding for each is unnecessary.
  if (own?.ok !== true || allowed.length === 0) return;
  const using = allowed.flatMap((entry) => {
    const parsed = parseImageReference(entry);
    return parsed.ok && (referenceCovers(own.value, parsed.value) || referenceCovers(parsed.value, own.value))
      ? [parsed.value]
      : [];
  });
  // Lists apply by content (B7); other entries allow no content that was made here.
  if (own.value.kind === 'image' && using.length > 0 && using.every((reference) => reference.kind === 'any'))
    report.add(
      'socket-list-by-content',
      'note',
      path,
      message('settings.list-by-content', { image: String(image) }),
      { params: { image: String(image) } },
    );
  if (using.length === 0)
    report.add(
      'socket-list-unused',
      'warning',
      path,
      message('settings.command-list-image-not-allowed', { image: String(image) }),
      { params: { image: String(image) } },
    );
}

/** `nameOnly`: the entry only selects a command list; it allows no image, so its breadth is not a finding. */
export function lintImage(report: Report, image: unknown, path: SettingsPath, nameOnly: boolean): void {
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
      message('settings.not-an-image-reference', {
        image,
        why: imageReferenceMessages[parsed.error],
      }),
      {
        params: { image, reason: parsed.error },
        ...(repaired === null || node === undefined
          ? {}
          : {
              fix: {
                title: message('settings.change-it-to', { value: repaired }),
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
    report.add('socket-image-any', 'warning', path, message('settings.all-images-allowed'), {
      params: { image },
    });
  } else if (reference.path === '*' || reference.path.endsWith('/*')) {
    report.add(
      'socket-image-wildcard-tag',
      'warning',
      path,
      message('settings.all-repositories-trusted', {
        domain: reference.domain,
        path: reference.path.replace(/\*$/, ''),
      }),
      { params: { image } },
    );
  } else if (reference.digest === null && reference.tag === '*') {
    report.add('socket-image-wildcard-tag', 'warning', path, message('settings.all-tags-trusted'), {
      params: { image },
    });
  } else if (reference.digest === null) {
    report.add(
      'socket-image-mutable-tag',
      'note',
      path,
      reference.tagWritten ? message('settings.tag-can-move') : message('settings.latest-can-move'),
      { params: { image, tag: reference.tag ?? '' } },
    );
  }
}

/** Trust is by digest (B3): an entry for which its registry serves no digest allows nothing. */
function lintDigest(report: Report, image: string, path: SettingsPath): void {
  const answer = report.context.registryAnswers?.get(image);
  if (answer === undefined || answer.kind === 'served') return;
  if (answer.kind === 'absent') {
    report.add(
      'socket-image-no-digest',
      'warning',
      path,
      message('settings.image-not-in-registry', { image }),
      { params: { image } },
    );
  } else {
    report.add(
      'socket-image-no-digest',
      'warning',
      path,
      message('settings.registry-query-failed', { image, why: problemText(answer) }),
      { params: { image, reason: answer.why } },
    );
  }
}

/** The name part in lower case, if that makes it a valid reference. */
function lowerCaseName(image: string): string | null {
  const end = image.indexOf('@') === -1 ? image.indexOf(':', image.lastIndexOf('/') + 1) : image.indexOf('@');
  const lower = end === -1 ? image.toLowerCase() : image.slice(0, end).toLowerCase() + image.slice(end);
  return parseImageReference(lower).ok ? lower : null;
}

function unknownCommand(entry: string, suggestion: string | null, deniesAll: boolean): Message {
  if (suggestion === null)
    return message(deniesAll ? 'settings.command-unknown-denies-all' : 'settings.command-unknown', {
      entry,
    });
  return message(deniesAll ? 'settings.command-misspelt-denies-all' : 'settings.command-misspelt', {
    entry,
    suggestion,
  });
}

function lintCommands(report: Report, path: SettingsPath): void {
  // The intention of a deny list can't be determined with an entry like these.
  const deniesAll = report.ownEngine && report.value([...path.slice(0, -1), 'type']) !== 'allow';
  report.list(path).forEach((entry, index) => {
    if (typeof entry !== 'string') return;
    const listed = listedCommand(entry);
    const at = [...path, index];
    if (listed.kind === 'unsupported') {
      report.add(
        'socket-command-unsupported',
        'warning',
        at,
        message(deniesAll ? 'settings.command-not-listable-denies-all' : 'settings.command-not-listable', {
          name: listed.name,
          why: listed.why,
        }),
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
      report.add('socket-command-unknown', 'warning', at, unknownCommand(entry, closest, deniesAll), {
        params: { command: entry, ...(closest === null ? {} : { suggestion: closest }) },
        ...(closest === null || node === undefined
          ? {}
          : {
              fix: {
                title: message('settings.change-it-to', { value: `"${closest}"` }),
                edits: [replaceNode(node, JSON.stringify(closest))],
              },
            }),
      });
    }
  });
}
