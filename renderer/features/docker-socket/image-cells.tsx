import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import Tooltip from '@mui/material/Tooltip';
import { useAfter } from '../../components/empty-and-loading.tsx';
import { ErrorIcon, PinIcon, WarningIcon } from '../../components/icons.ts';
import { Mono, Tag } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { namedCommands, parseImageReference, referenceCovers, type ImageReference } from '../../../shared/settings/index.ts';
import type { ListPlace } from './document.ts';
import { matchesOf, type LocalImages } from './local-images.ts';

const namesAtMost = 8;

/** Findings that a row's cells say themselves, in fewer words than a notice. */
export const saidInCell = (finding: Finding): boolean => finding.code === 'socket-image-mutable-tag' || finding.code === 'socket-image-wildcard-tag';

const shortDigest = (digest: string): string => {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
};

/** What of an image is trusted, as far as the reference itself says. */
export function TrustCell({ image, findings }: { readonly image: string; readonly findings: readonly Finding[] }) {
  const { t } = useTranslation();
  const parsed = parseImageReference(image);
  const why = findings.find(saidInCell)?.message;
  if (!parsed.ok) return <Box component="span" sx={{ display: 'inline-flex', verticalAlign: 'middle', alignItems: 'center', gap: '6px', color: color.text3, fontSize: 12 }}><ErrorIcon sx={{ fontSize: 16 }} aria-hidden />{t('socket.images.invalid')}</Box>;
  const reference = parsed.value;
  const open = reference.kind === 'any' ? t('socket.images.anyImage') : reference.path === '*' || reference.path.endsWith('/*') ? t('socket.images.anyRepository') : reference.digest === null && reference.tag === '*' ? t('socket.images.anyTag') : null;
  const content = open !== null
    ? <Box component="span" sx={{ display: 'inline-flex', verticalAlign: 'middle', alignItems: 'center', gap: '4px', height: 22, padding: '0 8px 0 6px', borderRadius: '11px', background: color.warnSoft, color: color.warn, fontSize: 12, fontWeight: 500, whiteSpace: 'nowrap', '@media (forced-colors: active)': { border: '1px solid' } }}><WarningIcon sx={{ fontSize: 16 }} aria-hidden />{open}</Box>
    : reference.kind === 'image' && reference.digest !== null
      ? <Box component="span" sx={{ display: 'inline-flex', verticalAlign: 'middle', alignItems: 'center', flexWrap: 'wrap', columnGap: 1 }}><Tag title={reference.digest}><PinIcon sx={{ fontSize: 14, marginRight: '4px' }} aria-hidden /><Mono size={11.5}>{shortDigest(reference.digest)}</Mono></Tag><Quiet>{t('socket.images.pinned')}</Quiet></Box>
      : <Quiet>{reference.kind === 'image' && !reference.tagWritten ? t('socket.images.latestMoves') : t('socket.images.tagMoves')}</Quiet>;
  if (why === undefined) return content;
  return <Tooltip title={why} describeChild><span>{content}<span className="visually-hidden">{why}</span></span></Tooltip>;
}

function Quiet({ children }: { readonly children: React.ReactNode }) {
  return <Box component="span" sx={{ fontSize: 12, lineHeight: '16px', color: color.text2 }}>{children}</Box>;
}

/** How many images of this engine the reference covers by name, and which. */
export function HereCell({ image, local }: { readonly image: string; readonly local: LocalImages }) {
  const { t } = useTranslation();
  const late = useAfter(200);
  const parsed = parseImageReference(image);
  if (local.images === null) {
    // No answer yet is a skeleton; an engine that is down or an answer that failed is said.
    if (local.loading) return late ? <Skeleton variant="rounded" width={64} height={12} /> : null;
    return <Tooltip title={local.error === null ? t('socket.images.unknownStopped') : t('socket.images.imagesFailed')}><Box component="span" sx={{ fontSize: 12, color: color.text3 }}>{t('socket.images.unknown')}</Box></Tooltip>;
  }
  const names = parsed.ok ? matchesOf(parsed.value, local.images) : [];
  if (names.length === 0) return <Quiet>{t('socket.images.noMatch')}</Quiet>;
  const some = names.length <= namesAtMost ? names.join(', ') : t('list.more', { names: names.slice(0, namesAtMost).join(', '), count: names.length - namesAtMost });
  return <Tooltip title={some}><span><Quiet>{t('socket.images.matches', { count: names.length })}</Quiet></span></Tooltip>;
}

/** The list an image is under: the first own list that covers it, else the default one. */
export function listFor(reference: ImageReference, lists: readonly ListPlace[]): ListPlace | undefined {
  return lists.find(({ now }) => {
    const parsed = parseImageReference(now.image ?? '');
    return parsed.ok && referenceCovers(parsed.value, reference);
  });
}

export function CommandsCell({ image, lists, onOpen }: { readonly image: string; readonly lists: readonly ListPlace[]; readonly onOpen: (list: ListPlace) => void }) {
  const { t } = useTranslation();
  const parsed = parseImageReference(image);
  const own = parsed.ok ? listFor(parsed.value, lists) : undefined;
  if (own === undefined) return <Quiet>{t('socket.images.defaultList')}</Quiet>;
  const count = namedCommands(own.now.commands ?? []).size;
  return (
    <Link component="button" sx={{ fontSize: 12, lineHeight: '16px', textAlign: 'left', verticalAlign: 'middle', paddingBlock: '4px' }} aria-label={t('socket.images.openOwn', { image })} onClick={() => { onOpen(own); }}>
      {own.now.type === 'allow' ? t('socket.images.ownAllows', { count }) : t('socket.images.ownDenies', { count })}
    </Link>
  );
}
