import { useState, type ComponentType, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Popover from '@mui/material/Popover';
import Skeleton from '@mui/material/Skeleton';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import Tooltip from '@mui/material/Tooltip';
import { useAfter } from '../../components/empty-and-loading.tsx';
import { CheckIcon, ErrorIcon, PinIcon, UnknownIcon, WarningIcon } from '../../theme/icons.ts';
import { Mono, Tag } from '../../components/mono.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color, toneText } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import {
  namedCommands,
  parseImageReference,
  referenceCovers,
  type ImageReference,
} from '../../../shared/settings/index.ts';
import type { ListPlace } from './document.ts';
import { matchesOf, sameContent, type LocalImages } from './local-images.ts';
import { shortDigest, useKnownState, useRegistryState, type RegistryState } from './registry-state.ts';
import { told } from '../../i18n/translate.ts';

/** Names listed on demand; an engine may have thousands of images. */
const listedAtMost = 200;

/** Findings that a row's cells say themselves, in fewer words than a notice. */
export const saidInCell = (finding: Finding): boolean =>
  finding.code === 'socket-image-mutable-tag' || finding.code === 'socket-image-wildcard-tag';

/**
 * What of an image is trusted: as far as the reference itself says, and what its registry serves for it now.
 */
export function TrustCell({
  image,
  findings,
}: {
  readonly image: string;
  readonly findings: readonly Finding[];
}) {
  const { t } = useTranslation();
  const parsed = parseImageReference(image);
  const open = parsed.ok ? openness(t, parsed.value) : null;
  const state = useRegistryState(parsed.ok && open === null ? image : null);
  const said = findings.find(saidInCell);
  const why = said === undefined ? undefined : told(said.message);
  if (!parsed.ok)
    return (
      <Box component="span" sx={{ ...line, color: color.text3, fontSize: 12 }}>
        <ErrorIcon sx={{ fontSize: 16 }} aria-hidden />
        {t('socket.images.invalid')}
      </Box>
    );
  const reference = parsed.value;
  const content =
    open !== null ? (
      <Box
        component="span"
        sx={{
          ...line,
          gap: '4px',
          height: 22,
          padding: '0 8px 0 6px',
          borderRadius: '11px',
          background: color.warnSoft,
          color: color.warn,
          fontSize: 12,
          fontWeight: 500,
          whiteSpace: 'nowrap',
          '@media (forced-colors: active)': { border: '1px solid' },
        }}
      >
        <WarningIcon sx={{ fontSize: 16 }} aria-hidden />
        {open}
      </Box>
    ) : reference.kind === 'image' && reference.digest !== null ? (
      <Box component="span" sx={{ ...line, flexWrap: 'wrap', rowGap: '2px', paddingBlock: '4px' }}>
        <DigestTag digest={reference.digest} icon={PinIcon} />
        {state?.kind === 'absent' ? (
          <Trouble icon={WarningIcon} tone="warn">
            {t('socket.registry.pinnedAbsent')}
          </Trouble>
        ) : (
          <Quiet>{t('socket.images.pinned')}</Quiet>
        )}
      </Box>
    ) : (
      <Box component="span" sx={{ ...line, flexWrap: 'wrap', rowGap: '2px', paddingBlock: '4px' }}>
        <Served state={state} />
        <Quiet>
          {reference.kind === 'image' && !reference.tagWritten
            ? t('socket.images.latestMoves')
            : t('socket.images.tagMoves')}
        </Quiet>
      </Box>
    );
  if (why === undefined) return content;
  return (
    <Tooltip title={why} describeChild>
      <span>
        {content}
        <span className="visually-hidden">{why}</span>
      </span>
    </Tooltip>
  );
}

const line = {
  display: 'inline-flex',
  verticalAlign: 'middle',
  alignItems: 'center',
  columnGap: '6px',
} as const;

/** How far a reference reaches beyond one manifest, if it does. */
function openness(t: TFunction, reference: ImageReference): string | null {
  if (reference.kind === 'any') return t('socket.images.anyImage');
  if (reference.path === '*' || reference.path.endsWith('/*')) return t('socket.images.anyRepository');
  return reference.digest === null && reference.tag === '*' ? t('socket.images.anyTag') : null;
}

function DigestTag({
  digest,
  icon: Icon,
}: {
  readonly digest: string;
  readonly icon: ComponentType<SvgIconProps>;
}) {
  return (
    <Tag title={digest}>
      <Icon sx={{ fontSize: 14, marginRight: '4px' }} aria-hidden />
      <Mono size={11.5}>{shortDigest(digest)}</Mono>
    </Tag>
  );
}

/** The digest under a tag, or why there is none to show; what is not known never looks fine. */
function Served({ state }: { readonly state: RegistryState | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const late = useAfter(200);
  switch (state?.kind) {
    case undefined:
    case 'not-asked':
      return null;
    case 'asking':
      return late ? (
        <Skeleton
          variant="rounded"
          width={86}
          height={18}
          role="status"
          aria-label={t('socket.registry.asking')}
        />
      ) : null;
    case 'served':
      return state.lastKnown === null ? (
        <DigestTag digest={state.digest} icon={CheckIcon} />
      ) : (
        <Tooltip title={told(state.lastKnown)} describeChild>
          <Box component="span" sx={line}>
            <DigestTag digest={state.digest} icon={UnknownIcon} />
            <Quiet>{t('socket.registry.lastKnown', { ago: formats.ago(state.at) })}</Quiet>
          </Box>
        </Tooltip>
      );
    case 'absent':
      return (
        <Trouble icon={WarningIcon} tone="warn">
          {t('socket.registry.absent')}
        </Trouble>
      );
    case 'denied':
      return (
        <Trouble icon={WarningIcon} tone="warn" why={told(state.why)}>
          {t('socket.registry.denied')}
        </Trouble>
      );
    case 'unavailable':
      return (
        <Trouble icon={UnknownIcon} tone="neutral" why={told(state.why)}>
          {t('socket.registry.unavailable')}
        </Trouble>
      );
  }
}

function Trouble({
  icon: Icon,
  tone,
  why,
  children,
}: {
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: 'warn' | 'neutral';
  readonly why?: string;
  readonly children: ReactNode;
}) {
  const words = (
    <Box
      component="span"
      sx={{ ...line, gap: '4px', fontSize: 12, lineHeight: '16px', color: toneText[tone] }}
    >
      <Icon sx={{ fontSize: 16 }} aria-hidden />
      {children}
    </Box>
  );
  return why === undefined ? (
    words
  ) : (
    <Tooltip title={why} describeChild>
      <Box component="span" sx={line}>
        {words}
        <span className="visually-hidden">{why}</span>
      </Box>
    </Tooltip>
  );
}

function Quiet({ children }: { readonly children: ReactNode }) {
  return (
    <Box component="span" sx={{ fontSize: 12, lineHeight: '16px', color: color.text2 }}>
      {children}
    </Box>
  );
}

/**
 * How many images of this engine the reference lets in, and, on demand, which: by name, and by content where
 * the registry was asked.
 */
export function HereCell({ image, local }: { readonly image: string; readonly local: LocalImages }) {
  const { t } = useTranslation();
  const late = useAfter(200);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const parsed = parseImageReference(image);
  const pinned = parsed.ok && parsed.value.kind === 'image' && parsed.value.digest !== null;
  const state = useKnownState(image);
  if (local.images === null) {
    // No answer yet is a skeleton; an engine that is down or an answer that failed is said.
    if (local.loading) return late ? <Skeleton variant="rounded" width={64} height={12} /> : null;
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
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => {
          setAnchor(null);
        }}
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
          {matches.slice(0, listedAtMost).map(({ one, same }) => (
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
          {matches.length > listedAtMost && (
            <Box component="li" sx={{ fontSize: 12, color: color.text3 }}>
              {t('socket.images.andMore', { count: matches.length - listedAtMost })}
            </Box>
          )}
        </Box>
      </Popover>
    </>
  );
}

/** The list an image is under: the first own list that covers it, else the default one. */
export function listFor(reference: ImageReference, lists: readonly ListPlace[]): ListPlace | undefined {
  return lists.find(({ now }) => {
    const parsed = parseImageReference(now.image ?? '');
    return parsed.ok && referenceCovers(parsed.value, reference);
  });
}

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
