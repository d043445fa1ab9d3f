import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import type { Finding } from '../../../shared/settings/findings.ts';
import { findingExplanation } from '../../components/finding-text.ts';
import { labelled } from '../../i18n/lists.ts';
import { fontMono } from '../../theme/tokens.ts';

const isEverything = (finding: Finding): boolean => finding.params['danger'] === 'everything';

/**
 * All dangerous directories of the draft with what they contain, the whole file system first. None is
 * omitted, regardless of their number.
 */
export function DangerousSharesList({ findings }: { readonly findings: readonly Finding[] }) {
  const { t } = useTranslation();
  return (
    <Box
      component="ul"
      sx={{ listStyleType: 'disc', margin: 0, paddingLeft: 2, fontSize: 12, lineHeight: '16px' }}
    >
      {findings
        .filter((finding) => finding.code === 'share-dangerous')
        .toSorted((a, b) => Number(isEverything(b)) - Number(isEverything(a)))
        .map((finding) => (
          <Box component="li" key={finding.pointer} sx={{ overflowWrap: 'anywhere', paddingBlock: '2px' }}>
            <Box component="span" sx={{ fontFamily: fontMono, fontWeight: 600 }}>
              {finding.params['path']}
            </Box>
            {/* The path, in a font of its own, is its label. */}
            {labelled(t, '', findingExplanation(finding))}
          </Box>
        ))}
    </Box>
  );
}
