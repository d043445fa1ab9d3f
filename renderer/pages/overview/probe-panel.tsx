import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { Card } from '../../components/card.tsx';
import { Mono } from '../../components/mono.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { Toned } from '../../components/state-badge.tsx';
import { AllowedIcon, DeniedIcon, InfoIcon, WarningIcon } from '../../theme/icons.ts';
import { color, toneText, type Tone } from '../../theme/tokens.ts';
import { formatDuration, useFormats } from '../../i18n/format.ts';
import { settled, type Claim, type ClaimItem, type Verification } from '../../../shared/verify/claims.ts';
import { claimTitle } from '../../../shared/verify/claim-titles.ts';
import { translateMessage, translateText } from '../../i18n/translate.ts';

const verdicts: Record<Claim['verdict'], { readonly icon: typeof AllowedIcon; readonly tone: Tone }> = {
  pass: { icon: AllowedIcon, tone: 'ok' },
  fail: { icon: DeniedIcon, tone: 'danger' },
  limited: { icon: InfoIcon, tone: 'neutral' },
  'not-offered': { icon: InfoIcon, tone: 'neutral' },
  'not-run': { icon: WarningIcon, tone: 'warn' },
  'not-enforced': { icon: WarningIcon, tone: 'warn' },
};

const rank = ({ verdict }: Claim): number => (!settled(verdict) ? 0 : verdict === 'pass' ? 2 : 1);

/**
 * All claims with their verdicts and the verbatim evidence from inside the container. Inconclusive ones are
 * first, then all others that did not pass.
 */
export function ProbePanel({
  verification,
  onClose,
}: {
  readonly verification: Verification;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <SidePanel
      title={t('overview.probes.title')}
      subtitle={t('overview.probes.at', {
        ago: formats.ago(verification.at),
        duration: formatDuration(t, verification.durationMs / 1000),
      })}
      onClose={onClose}
    >
      <Card>
        {verification.claims
          .toSorted((a, b) => rank(a) - rank(b))
          .map((claim) => (
            <Box
              key={claim.id}
              sx={{ padding: '10px 16px', '& + &': { borderTop: `1px solid ${color.border}` } }}
            >
              <Box sx={{ display: 'flex', gap: 1, justifyContent: 'space-between' }}>
                <Box sx={{ fontWeight: 600 }}>{translateMessage(claimTitle(claim.id))}</Box>
                <Toned {...verdicts[claim.verdict]}>{t(`overview.probes.verdict.${claim.verdict}`)}</Toned>
              </Box>
              <Box sx={{ fontSize: 12, lineHeight: '18px', color: color.text2, marginTop: '2px' }}>
                <Mono>{translateText(claim.evidence, claim.sentence)}</Mono>
              </Box>
              {claim.items !== undefined && claim.items.length > 0 && (
                <Items items={claim.items} open={claim.items.some((item) => !item.good)} />
              )}
            </Box>
          ))}
      </Card>
    </SidePanel>
  );
}

/** Items of a claim with results; failures first. */
function Items({ items, open }: { readonly items: readonly ClaimItem[]; readonly open: boolean }) {
  const { t } = useTranslation();
  const ordered = items.toSorted((a, b) => Number(a.good) - Number(b.good));
  return (
    <Box component="details" open={open} sx={{ fontSize: 12, lineHeight: '18px', marginTop: '4px' }}>
      <Box component="summary" sx={{ color: color.text3, cursor: 'default' }}>
        {t('overview.probes.items', { count: items.length })}
      </Box>
      <Box
        component="dl"
        sx={{
          display: 'grid',
          gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
          columnGap: 2,
          rowGap: '2px',
          margin: '4px 0 0',
          color: color.text2,
        }}
      >
        {ordered.map((item, index) => (
          <Box key={index} sx={{ display: 'contents' }}>
            <Box
              component="dt"
              sx={{
                overflowWrap: 'anywhere',
                color: item.good ? 'inherit' : toneText.danger,
                fontWeight: item.good ? 400 : 600,
              }}
            >
              {translateText(item.title, item.sentences?.title)}
            </Box>
            <Box component="dd" sx={{ margin: 0, color: item.good ? 'inherit' : toneText.danger }}>
              <Mono>{translateText(item.seen, item.sentences?.seen)}</Mono>
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
