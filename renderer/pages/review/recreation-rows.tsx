import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { outcomeText } from '../../components/recreate-outcome.ts';
import { labelled } from '../../i18n/lists.ts';
import { useApp } from '../../state/context.tsx';
import { color } from '../../theme/tokens.ts';
import type { ApplyRun } from '../../../shared/apply/run.ts';

/** The containers that an apply recreates, each with its current step, or its result. */
export function RecreationRows({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const { recreation } = useApp();
  const members = run.outcome?.kind === 'applied' ? run.outcome.recreated : (recreation?.members ?? []);
  if (members.length === 0) return null;
  return (
    <Box
      component="ul"
      className="selectable"
      aria-label={t('recreate.run.label')}
      sx={{
        margin: '4px 0 0',
        padding: 0,
        listStyle: 'none',
        fontSize: 12,
        lineHeight: '18px',
        color: color.text2,
        overflowWrap: 'anywhere',
        fontVariantNumeric: 'tabular-nums',
      }}
    >
      {members.map(({ id, name, step, outcome }) => (
        <li key={id}>
          <strong>{name}</strong>
          {labelled(
            t,
            '',
            outcome !== null
              ? outcomeText(t, outcome)
              : step === null
                ? t('recreate.run.waiting')
                : t(`recreate.step.${step}`),
          )}
        </li>
      ))}
    </Box>
  );
}
