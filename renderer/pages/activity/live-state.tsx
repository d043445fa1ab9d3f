import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { EngineStatus } from '../../../shared/engine-status/status.ts';
import { PauseIcon, PlayIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';

/**
 * Whether new entries are shown live, with a button to pause or resume; the engine's state if it is stopped,
 * since then there are no decisions.
 */
export function LiveState({
  engine,
  paused,
  onPaused,
}: {
  readonly engine: EngineStatus['phase'];
  readonly paused: boolean;
  readonly onPaused: (paused: boolean) => void;
}) {
  const { t } = useTranslation();
  const live = engine === 'ready' && !paused;
  return (
    <>
      <Box
        component="span"
        role="status"
        sx={{
          display: 'inline-flex',
          alignItems: 'center',
          gap: '6px',
          fontWeight: 500,
          color: color.text2,
          marginRight: 1,
        }}
      >
        <Box
          component="span"
          aria-hidden
          sx={{
            width: 8,
            height: 8,
            borderRadius: '50%',
            background: live ? color.chartOk : color.neutral,
          }}
        />
        {live
          ? t('activity.live')
          : paused
            ? t('activity.paused')
            : t('activity.engine', { phase: t(`frame.engine.phase.${engine}`) })}
      </Box>
      {(engine === 'ready' || paused) && (
        <Button
          startIcon={paused ? <PlayIcon /> : <PauseIcon />}
          onClick={() => {
            onPaused(!paused);
          }}
        >
          {paused ? t('activity.resume') : t('activity.pause')}
        </Button>
      )}
    </>
  );
}

/** "N new" button for entries received while the list is held. */
export function NewEntries({ count, onShow }: { readonly count: number; readonly onShow: () => void }) {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        // Over the first row in view, also where the page scrolls.
        position: 'sticky',
        top: 0,
        zIndex: 2,
        height: 0,
        flexShrink: 0,
        display: 'flex',
        alignItems: 'flex-start',
        justifyContent: 'center',
        pointerEvents: 'none',
      }}
    >
      <Button
        size="small"
        sx={{
          pointerEvents: 'auto',
          marginTop: '40px',
          flexShrink: 0,
          borderRadius: '14px',
          boxShadow: `0 2px 8px ${color.shadow}`,
          background: color.card,
        }}
        onClick={onShow}
      >
        {t('activity.new', { count })}
      </Button>
    </Box>
  );
}
