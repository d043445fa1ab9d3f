import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { Card } from '../../components/card.tsx';
import { Mono } from '../../components/mono.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { Toned } from '../../components/state-badge.tsx';
import { AllowedIcon, DeniedIcon, WarningIcon } from '../../components/icons.ts';
import { color, type Tone } from '../../theme/tokens.ts';
import { formatDuration, useFormats } from '../../i18n/format.ts';
import type { Claim, Verification } from '../../../shared/verify/claims.ts';

const verdicts: Record<Claim['verdict'], { readonly icon: typeof AllowedIcon; readonly tone: Tone }> = {
  pass: { icon: AllowedIcon, tone: 'ok' }, fail: { icon: DeniedIcon, tone: 'danger' }, 'not-run': { icon: WarningIcon, tone: 'warn' }, 'not-enforced': { icon: WarningIcon, tone: 'warn' },
};

/** Every claim, its verdict, and what was seen inside the container, word for word. */
export function ProbePanel({ verification, onClose }: { readonly verification: Verification; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <SidePanel title={t('overview.probes.title')} subtitle={t('overview.probes.at', { ago: formats.ago(verification.at), duration: formatDuration(t, verification.durationMs / 1000) })} onClose={onClose}>
      <Card>
        {verification.claims.map((claim) => (
          <Box key={claim.id} sx={{ padding: '10px 16px', '& + &': { borderTop: `1px solid ${color.border}` } }}>
            <Box sx={{ display: 'flex', gap: 1, justifyContent: 'space-between' }}>
              <Box sx={{ fontWeight: 600 }}>{t(`overview.probes.claim.${claim.id}`)}</Box>
              <Toned {...verdicts[claim.verdict]}>{t(`overview.probes.verdict.${claim.verdict}`)}</Toned>
            </Box>
            <Box sx={{ fontSize: 12, lineHeight: '18px', color: color.text2, marginTop: '2px' }}><Mono>{claim.evidence}</Mono></Box>
          </Box>
        ))}
      </Card>
    </SidePanel>
  );
}
