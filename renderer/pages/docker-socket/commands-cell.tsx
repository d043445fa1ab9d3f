import { useTranslation } from 'react-i18next';
import Link from '@mui/material/Link';
import {
  namedCommands,
  parseImageReference,
  referenceCovers,
  type ImageReference,
} from '../../../shared/settings/index.ts';
import { Quiet } from './cell-text.tsx';
import type { ListPlace } from './document.ts';

/** The list that applies to an image: the first own list that covers it, else the default one. */
export function listFor(reference: ImageReference, lists: readonly ListPlace[]): ListPlace | undefined {
  return lists.find(({ now }) => {
    const parsed = parseImageReference(now.image ?? '');
    return parsed.ok && referenceCovers(parsed.value, reference);
  });
}

/** Which commands an image's containers may send: the default list, or a list of its own. */
export function CommandsCell({
  image,
  lists,
  onOpen,
}: {
  readonly image: string;
  readonly lists: readonly ListPlace[];
  readonly onOpen: (list: ListPlace) => void;
}) {
  const { t } = useTranslation();
  const parsed = parseImageReference(image);
  const own = parsed.ok ? listFor(parsed.value, lists) : undefined;
  if (own === undefined) return <Quiet>{t('socket.images.defaultList')}</Quiet>;
  const count = namedCommands(own.now.commands ?? []).size;
  return (
    <Link
      component="button"
      sx={{
        fontSize: 12,
        lineHeight: '16px',
        textAlign: 'left',
        verticalAlign: 'middle',
        paddingBlock: '4px',
        // Chinese wraps between its parts, not within a word.
        wordBreak: 'keep-all',
      }}
      aria-label={t('socket.images.openOwn', { image })}
      onClick={() => {
        onOpen(own);
      }}
    >
      {own.now.type === 'allow'
        ? t('socket.images.ownAllows', { count })
        : t('socket.images.ownDenies', { count })}
    </Link>
  );
}
