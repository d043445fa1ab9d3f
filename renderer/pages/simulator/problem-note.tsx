import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { ErrorIcon } from '../../theme/icons.ts';
import { withCode } from '../../components/mono.tsx';
import { joinSentences } from '../../i18n/lists.ts';
import { color } from '../../theme/tokens.ts';
import type { InputProblem } from './input.ts';

/** Why the text can't be simulated, and the position. */
export function ProblemNote({ problem, text }: { readonly problem: InputProblem; readonly text: string }) {
  const { t } = useTranslation();
  const reason =
    problem.kind === 'command'
      ? joinSentences(t, [
          t(`simulator.problem.${problem.code}`, { what: problem.what.replaceAll('`', '\u2019') }),
          problem.closest === undefined ? '' : t('simulator.problem.closest', { command: problem.closest }),
        ])
      : t(`simulator.yaml.${problem.code}`);
  const before = text.slice(0, problem.at);
  const line = before.split('\n').length;
  const where =
    line > 1 || problem.kind === 'compose'
      ? t('simulator.problem.atLine', { line, column: problem.at - before.lastIndexOf('\n') })
      : t('simulator.problem.at', { position: problem.at + 1 });
  return (
    <Box
      role="status"
      sx={{
        display: 'flex',
        marginTop: '4px',
        alignItems: 'flex-start',
        gap: '6px',
        color: color.danger,
        minWidth: 0,
        overflowWrap: 'anywhere',
      }}
    >
      <ErrorIcon sx={{ fontSize: 16, marginTop: '2px', flexShrink: 0 }} aria-hidden />
      <span>
        {withCode(reason)}
        {problem.kind === 'compose' && (
          <>
            {t('join.sentences')}
            <span lang="en">{problem.message}</span>
          </>
        )}
        {t('join.sentences')}
        <Box component="span" sx={{ color: color.text3 }}>
          {where}
        </Box>
      </span>
    </Box>
  );
}
