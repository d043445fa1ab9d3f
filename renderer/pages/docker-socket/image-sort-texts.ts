import type { SortableRow } from '../../components/table-sort.ts';
import { namedCommands, parseImageReference, type ImageReference } from '../../../shared/settings/index.ts';
import { breadthOf, breadths } from './breadth.ts';
import { listFor } from './commands-cell.tsx';
import { matchesOf } from './local-images.ts';
import type { ImageList } from './use-image-list.ts';

/**
 * What an entry is sorted by: how much of what is pushed it trusts, how many images of this engine it
 * matches, and which commands it may send; entries that are no reference come last.
 */
export function imageSortTexts(
  image: string,
  { local, lists }: Pick<ImageList, 'local' | 'lists'>,
): NonNullable<SortableRow['sortTexts']> {
  const of = (textOf: (reference: ImageReference) => string | undefined) => () => {
    const parsed = parseImageReference(image);
    return parsed.ok ? textOf(parsed.value) : undefined;
  };
  return {
    image,
    trust: of((reference) => String(breadths.indexOf(breadthOf(reference)))),
    here: of((reference) =>
      local.images === null ? undefined : String(matchesOf(reference, local.images).length),
    ),
    commands: of((reference) => {
      const own = listFor(reference, lists);
      // The default list first, as the one of most images.
      return own === undefined
        ? '0'
        : `1 ${own.now.type ?? 'deny'} ${namedCommands(own.now.commands ?? []).size}`;
    }),
  };
}
