import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import Tooltip from '@mui/material/Tooltip';
import { useAppPart } from '../../state/context.tsx';
import { useElapsedSinceMount } from '../../components/empty-and-loading.tsx';
import { CheckIcon, ErrorIcon, PinIcon, UnknownIcon, WarningIcon } from '../../theme/icons.ts';
import { Mono, Tag } from '../../components/mono.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color, toneText } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { parseImageReference, type ImageReference } from '../../../shared/settings/index.ts';
import { breadthOf } from './breadth.ts';
import { Quiet } from './cell-text.tsx';
import { shortDigest, useRegistryState, type RegistryState } from './registry-state.ts';
import { translateText } from '../../i18n/translate.ts';

const line = {
  display: 'inline-flex',
  verticalAlign: 'middle',
  alignItems: 'center',
  columnGap: '6px',
} as const;

/** Findings that the cell itself shows, shorter than a notice. */
export const isShownInCell = (finding: Finding): boolean =>
  finding.code === 'socket-image-mutable-tag' || finding.code === 'socket-image-wildcard-tag';

/** What of an image is trusted: according to the reference itself, and to what its registry serves now. */
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
  const shownFinding = findings.find(isShownInCell);
  const explanation =
    shownFinding === undefined ? undefined : translateText(shownFinding.message, shownFinding.sentence);
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
          <Problem icon={WarningIcon} tone="warn">
            {t('socket.registry.pinnedAbsent')}
          </Problem>
        ) : (
          <Quiet>{t('socket.images.pinned')}</Quiet>
        )}
      </Box>
    ) : (
      <Box component="span" sx={{ ...line, flexWrap: 'wrap', rowGap: '2px', paddingBlock: '4px' }}>
        <Served state={state} />
        <RefusedUntilResolved state={state} />
        <Quiet>
          {reference.kind === 'image' && !reference.tagWritten
            ? t('socket.images.latestMoves')
            : t('socket.images.tagMoves')}
        </Quiet>
      </Box>
    );
  if (explanation === undefined) return content;
  return (
    <Tooltip title={explanation} describeChild>
      <span>
        {content}
        <span className="visually-hidden">{explanation}</span>
      </span>
    </Tooltip>
  );
}

/** What a reference covers beyond one manifest, if so. */
function openness(t: TFunction, reference: ImageReference): string | null {
  switch (breadthOf(reference)) {
    case 'any-image':
      return t('socket.images.anyImage');
    case 'any-repository':
      return t('socket.images.anyRepository');
    case 'any-tag':
      return t('socket.images.anyTag');
    default:
      return null;
  }
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

/** The digest of a tag, or why it is unknown; unknown results are not shown as OK. */
function Served({ state }: { readonly state: RegistryState | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isSlow = useElapsedSinceMount(200);
  switch (state?.kind) {
    case undefined:
    case 'not-queried':
      return null;
    case 'querying':
      return isSlow ? (
        <Skeleton
          variant="rounded"
          width={86}
          height={18}
          role="status"
          aria-label={t('socket.registry.querying')}
        />
      ) : null;
    case 'served':
      return state.lastKnown === null ? (
        <DigestTag digest={state.digest} icon={CheckIcon} />
      ) : (
        <Tooltip title={translateText(state.lastKnown, state.lastKnownSentence)} describeChild>
          <Box component="span" sx={{ ...line, flexWrap: 'wrap', rowGap: '2px' }}>
            <DigestTag digest={state.digest} icon={UnknownIcon} />
            <Quiet>{t('socket.registry.lastKnown', { ago: formats.ago(state.at) })}</Quiet>
          </Box>
        </Tooltip>
      );
    case 'absent':
      return (
        <Problem icon={WarningIcon} tone="warn">
          {t('socket.registry.absent')}
        </Problem>
      );
    case 'denied':
      return (
        <Problem icon={WarningIcon} tone="warn" explanation={translateText(state.why, state.sentence)}>
          {t('socket.registry.denied')}
        </Problem>
      );
    case 'unavailable':
      return (
        <Problem icon={UnknownIcon} tone="neutral" explanation={translateText(state.why, state.sentence)}>
          {t('socket.registry.unavailable')}
        </Problem>
      );
  }
}

/** What the gateway does while the registry's digest is unknown: no container gets the socket. */
function RefusedUntilResolved({ state }: { readonly state: RegistryState | undefined }) {
  const { t } = useTranslation();
  const byGateway = useAppPart(({ target }) => target.capabilities.enforcedByGateway);
  if (!byGateway || (state?.kind !== 'unavailable' && state?.kind !== 'denied')) return null;
  return <Quiet>{t(`socket.registry.refusedUntil.${state.kind}`)}</Quiet>;
}

function Problem({
  icon: Icon,
  tone,
  explanation,
  children,
}: {
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: 'warn' | 'neutral';
  readonly explanation?: string;
  readonly children: ReactNode;
}) {
  const text = (
    <Box
      component="span"
      sx={{ ...line, gap: '4px', fontSize: 12, lineHeight: '16px', color: toneText[tone] }}
    >
      <Icon sx={{ fontSize: 16 }} aria-hidden />
      {children}
    </Box>
  );
  return explanation === undefined ? (
    text
  ) : (
    <Tooltip title={explanation} describeChild>
      <Box component="span" sx={line}>
        {text}
        <span className="visually-hidden">{explanation}</span>
      </Box>
    </Tooltip>
  );
}
