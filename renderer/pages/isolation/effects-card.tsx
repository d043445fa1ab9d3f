import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { withCode } from '../../components/mono.tsx';
import { color, toneText } from '../../theme/tokens.ts';
import { missingBecause } from '../../../shared/targets/capabilities.ts';
import { effectsOf, eciTransition, type EciChange } from './effects.ts';

/** Effects of ECI on this engine: of turning it on or off, or the current ones. */
export function EffectsCard({ onChoose, ...change }: EciChange & { readonly onChoose: () => void }) {
  const { t } = useTranslation();
  const app = useApp();
  const { before, after } = change;
  const turning = eciTransition(before, after);
  if (missingBecause(app.target.capabilities, 'turn-on-eci') !== null) return null;
  return (
    <Card
      title={
        turning === 'off'
          ? t('isolation.does.titleOff')
          : turning === 'on' || !after
            ? t('isolation.does.titleOn')
            : t('isolation.does.titleIs')
      }
    >
      <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: '10px 16px' }}>
        {effectsOf(t, app, change).map((effect) => (
          <Box
            component="li"
            key={effect.key}
            sx={{
              display: 'flex',
              alignItems: 'center',
              gap: '10px',
              minHeight: 28,
              color: color.text2,
              padding: '2px 0',
            }}
          >
            <effect.icon sx={{ fontSize: 18, color: toneText[effect.tone], flexShrink: 0 }} aria-hidden />
            <Box sx={{ flex: 1, minWidth: 0, maxWidth: 720 }}>{withCode(effect.text)}</Box>
            {effect.action === true && (
              <Button size="small" onClick={onChoose}>
                {t('isolation.does.choose')}
              </Button>
            )}
          </Box>
        ))}
        {app.engine.phase !== 'ready' && turning !== null && (
          <Box component="li" sx={{ color: color.text3, fontSize: 12 }}>
            {t('isolation.does.engineDown')}
          </Box>
        )}
      </Box>
    </Card>
  );
}
