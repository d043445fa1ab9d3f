import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Popover from '@mui/material/Popover';
import Skeleton from '@mui/material/Skeleton';
import Tooltip from '@mui/material/Tooltip';
import { useElapsedSinceMount } from '../../components/empty-and-loading.tsx';
import { Mono } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import { parseImageReference } from '../../../shared/settings/index.ts';
import { Quiet } from './cell-text.tsx';
import { matchesOf, sameContent, type LocalImage, type LocalImages } from './local-images.ts';
import { shortDigest, useCachedState } from './registry-state.ts';

/** Names are listed on demand; an engine may have thousands of images. */
const maxListed = 200;

interface Match {
  readonly one: LocalImage;
  /** Whether its content is what the reference names; null if that can't be determined. */
  readonly same: boolean | null;
}

/**
 * How many images of this engine the reference allows, and, on demand, which: by name, and by content if the
 * registry was queried.
 */
export function LocalImageCell({ image, local }: { readonly image: string; readonly local: LocalImages }) {
  const { t } = useTranslation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const parsed = parseImageReference(image);
  const pinned = parsed.ok && parsed.value.kind === 'image' && parsed.value.digest !== null;
  const state = useCachedState(image);
  if (local.images === null) return <UnknownMatches local={local} />;
  const matches = parsed.ok
    ? matchesOf(parsed.value, local.images).map((one) => ({
        one,
        same: pinned ? true : sameContent(one, state),
      }))
    : [];
  if (matches.length === 0) return <Quiet>{t('socket.images.noMatch')}</Quiet>;
  const other = matches.filter(({ same }) => same === false).length;
  return (
    <>
      <Link
        component="button"
        aria-haspopup="dialog"
        aria-label={t('socket.images.showMatches', { image, count: matches.length })}
        sx={{
          fontSize: 12,
          lineHeight: '16px',
          textAlign: 'left',
          verticalAlign: 'middle',
          paddingBlock: '4px',
          color: other > 0 ? color.warn : color.text2,
        }}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        {other === 0
          ? t('socket.images.matches', { count: matches.length })
          : other === matches.length
            ? t('socket.images.otherContent', { count: other })
            : t('socket.images.someOther', { count: matches.length - other, other })}
      </Link>
      <MatchesList
        image={image}
        matches={matches}
        anchor={anchor}
        onClose={() => {
          setAnchor(null);
        }}
      />
    </>
  );
}

/** A skeleton while there is no response; a text if the engine is stopped or the request failed. */
function UnknownMatches({ local }: { readonly local: LocalImages }) {
  const { t } = useTranslation();
  const isSlow = useElapsedSinceMount(200);
  if (local.loading) return isSlow ? <Skeleton variant="rounded" width={64} height={12} /> : null;
  return (
    <Tooltip
      title={local.error === null ? t('socket.images.unknownStopped') : t('socket.images.imagesFailed')}
    >
      <Box component="span" sx={{ fontSize: 12, color: color.text3 }}>
        {t('socket.images.unknown')}
      </Box>
    </Tooltip>
  );
}

function MatchesList({
  image,
  matches,
  anchor,
  onClose,
}: {
  readonly image: string;
  readonly matches: readonly Match[];
  readonly anchor: HTMLElement | null;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Popover
      open={anchor !== null}
      anchorEl={anchor}
      onClose={onClose}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
      slotProps={{
        paper: {
          role: 'dialog',
          'aria-label': t('socket.images.matchesOf', { image }),
          sx: { maxWidth: 520 },
        },
      }}
    >
      <Box
        component="ul"
        tabIndex={0}
        className="selectable"
        sx={{
          listStyle: 'none',
          margin: 0,
          padding: '8px 12px',
          maxHeight: 260,
          overflow: 'auto',
          display: 'grid',
          gap: '6px',
        }}
      >
        {matches.slice(0, maxListed).map(({ one, same }) => (
          <Box component="li" key={one.id} sx={{ fontSize: 12, lineHeight: '16px' }}>
            <Mono>{one.name}</Mono>{' '}
            <Mono dim size={11.5}>
              {shortDigest(one.id)}
            </Mono>
            <Box component="span" sx={{ marginLeft: 1, color: same === false ? color.warn : color.text3 }}>
              {same === null
                ? t('socket.images.byName')
                : same
                  ? t('socket.images.sameContent')
                  : t('socket.images.isOther')}
            </Box>
          </Box>
        ))}
        {matches.length > maxListed && (
          <Box component="li" sx={{ fontSize: 12, color: color.text3 }}>
            {t('socket.images.andMore', { count: matches.length - maxListed })}
          </Box>
        )}
      </Box>
    </Popover>
  );
}
