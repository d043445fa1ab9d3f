import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useMainVariant } from '../../components/main-variant.ts';
import { FooterBar } from '../../components/page.tsx';
import { LockedNote } from '../../components/setting-row.tsx';
import { joinSentences } from '../../i18n/lists.ts';
import { color } from '../../theme/tokens.ts';
import { isRunning, type Container } from '../../../shared/containers/protection.ts';

/** The footer while containers are selected: actions for them. */
export function SelectionBar({
  chosen,
  recreatable,
  underApply,
  disabled,
  noRemoval,
  onClear,
  onRemove,
  onRecreate,
}: {
  readonly chosen: readonly Container[];
  /** The selected ones that can be recreated under ECI. */
  readonly recreatable: readonly Container[];
  readonly underApply: boolean;
  /** No container can be removed or recreated now. */
  readonly disabled: boolean;
  /** Why this engine's containers can't be removed here; undefined if they can. */
  readonly noRemoval: string | undefined;
  readonly onClear: () => void;
  readonly onRemove: (containers: readonly Container[]) => void;
  readonly onRecreate: (containers: readonly Container[]) => void;
}) {
  const { t } = useTranslation();
  const mainVariant = useMainVariant();
  const running = chosen.filter(isRunning).length;
  return (
    <FooterBar label={t('containers.bar.label')}>
      <Typography role="status" sx={{ fontWeight: 600 }}>
        {t('containers.bar.selected', { count: chosen.length })}
      </Typography>
      <Typography sx={{ color: color.text2, marginLeft: 1 }}>
        {joinSentences(t, [
          running > 0 ? t('containers.bar.running', { count: running }) : '',
          t('containers.bar.volumes'),
        ])}
      </Typography>
      <Button variant="text" color="primary" sx={{ marginLeft: '4px' }} onClick={onClear}>
        {t('button.clear')}
      </Button>
      <Box sx={{ flex: 1 }} />
      {underApply && <LockedNote by={t('locked.applyRun')} />}
      {noRemoval === undefined ? (
        <Button
          color="error"
          disabled={disabled}
          onClick={() => {
            onRemove(chosen);
          }}
        >
          {t('containers.bar.remove')}
        </Button>
      ) : (
        <Typography variant="caption" sx={{ color: color.text3 }}>
          {noRemoval}
        </Typography>
      )}
      {recreatable.length > 0 && (
        <Button
          variant={mainVariant}
          color="primary"
          disabled={disabled}
          onClick={() => {
            onRecreate(recreatable);
          }}
        >
          {t('recreate.bar')}
        </Button>
      )}
    </FooterBar>
  );
}
