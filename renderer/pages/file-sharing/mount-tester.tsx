import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import OutlinedInput from '@mui/material/OutlinedInput';
import Typography from '@mui/material/Typography';
import { BasisToggle, type Against } from '../../components/basis-toggle.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { AllowedIcon, CloseIcon, DeniedIcon } from '../../theme/icons.ts';
import { enforcementIn } from '../../components/protection.ts';
import { PreferenceNotice } from '../../components/preference-notice.tsx';
import { PathText, withCode } from '../../components/mono.tsx';
import { color, fontMono } from '../../theme/tokens.ts';
import { useMountDecision, type MountDecisionState } from './mount-decision.ts';
import { reasonOf } from './mount-reason.ts';
import type { Resolved } from './resolved.ts';
import { useApp, useDraft } from '../../state/context.tsx';
import { isAlarm } from '../../../shared/enforcement/enforcement.ts';
import { asSentence, joinSentences } from '../../i18n/lists.ts';
import { translateError } from '../../i18n/translate.ts';

/** Number of results kept below the field; the oldest is dropped. */
const historyLength = 3;

/**
 * Whether a path would be mountable under the applied settings or the draft: decided by the gateway's own
 * rules, while typing.
 */
export function MountTester({ found }: { readonly found: ReadonlyMap<string, Resolved> }) {
  const { t } = useTranslation();
  const { by, difference } = enforcementIn(useApp());
  const { dirty } = useDraft();
  /** The file is missing but a policy is enforced: test against that by default. */
  const isLost = isAlarm(difference) && by !== 'nothing';
  const [chosen, setAgainst] = useState<Against | null>(null);
  const against = chosen ?? (isLost && !dirty ? 'applied' : 'draft');
  const [text, setText] = useState('');
  const [earlier, setEarlier] = useState<readonly string[]>([]);
  const state = useMountDecision(text, against);
  const addToHistory = () => {
    const path = text.trim();
    if (path === '') return;
    setEarlier([path, ...earlier.filter((other) => other !== path)].slice(0, historyLength));
    setText('');
  };
  return (
    <Card
      title={t('files.tester.title')}
      actions={
        <BasisToggle
          value={against}
          label={t('files.tester.against')}
          applied={t(isLost ? 'files.tester.inForce' : 'files.tester.applied')}
          draft={t('files.tester.draft')}
          small
          onChange={setAgainst}
        />
      }
    >
      <Box sx={{ padding: 2 }}>
        <PathInput text={text} onText={setText} onEnter={addToHistory} />
        <Box sx={{ marginTop: '12px', '&:empty': { display: 'none' } }}>
          <PreferenceNotice />
        </Box>
        <Box role="status" sx={{ marginTop: '12px', minHeight: 38 }}>
          {text.trim() === '' ? (
            <Typography variant="caption" component="div" sx={{ color: color.text3 }}>
              {t('files.tester.hint')}
            </Typography>
          ) : (
            <Verdict state={state} found={found} />
          )}
        </Box>
        {state.error !== null && !state.stale && (
          <ErrorPanel error={state.error} title={t('files.tester.failed')} />
        )}
        {earlier.length > 0 && (
          <Box
            component="ul"
            sx={{
              listStyle: 'none',
              margin: '12px 0 0',
              padding: '8px 0 0',
              borderTop: `1px solid ${color.border}`,
            }}
          >
            {earlier.map((path) => (
              <HistoryItem
                key={path}
                path={path}
                against={against}
                found={found}
                onRemove={() => {
                  setEarlier(earlier.filter((other) => other !== path));
                }}
              />
            ))}
          </Box>
        )}
      </Box>
    </Card>
  );
}

function PathInput({
  text,
  onText,
  onEnter,
}: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onEnter: () => void;
}) {
  const { t } = useTranslation();
  return (
    <OutlinedInput
      fullWidth
      value={text}
      placeholder={t('files.tester.placeholder')}
      onChange={(event) => {
        onText(event.target.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          onEnter();
        } else if (event.key === 'Escape' && text !== '') {
          event.stopPropagation();
          onText('');
        }
      }}
      sx={{ '& input': { fontFamily: fontMono, fontSize: 12, fontVariantLigatures: 'none' } }}
      inputProps={{
        'aria-label': t('files.tester.label'),
        spellCheck: false,
        autoCapitalize: 'off',
        autoComplete: 'off',
        maxLength: 4096,
      }}
    />
  );
}

function Verdict({
  state,
  found,
}: {
  readonly state: MountDecisionState;
  readonly found: ReadonlyMap<string, Resolved>;
}) {
  const { t } = useTranslation();
  if (state.error !== null && !state.stale) return null;
  const { decision } = state;
  // Hides results of a previous input.
  if (decision === null || state.stale)
    return (
      <Typography variant="caption" component="div" sx={{ color: color.text3 }}>
        {t('files.tester.checking')}
      </Typography>
    );
  const { allowed } = decision.mount;
  const Icon = allowed ? AllowedIcon : DeniedIcon;
  return (
    <Box sx={{ display: 'flex', gap: 1, alignItems: 'flex-start' }}>
      <Icon aria-hidden sx={{ fontSize: 20, color: allowed ? color.ok : color.danger }} />
      <Box sx={{ minWidth: 0 }}>
        <Typography component="div" sx={{ fontWeight: 600, color: allowed ? color.ok : color.danger }}>
          {allowed ? t('files.tester.yes') : t('files.tester.no')}
        </Typography>
        <Typography variant="caption" component="div" sx={{ color: color.text2, overflowWrap: 'anywhere' }}>
          {withCode(reasonOf(t, decision, found))}
        </Typography>
      </Box>
    </Box>
  );
}

function HistoryItem({
  path,
  against,
  found,
  onRemove,
}: {
  readonly path: string;
  readonly against: Against;
  readonly found: ReadonlyMap<string, Resolved>;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const state = useMountDecision(path, against);
  const decision = state.stale ? null : state.decision;
  const Icon = decision?.mount.allowed === true ? AllowedIcon : DeniedIcon;
  return (
    <Box
      component="li"
      sx={{
        display: 'flex',
        alignItems: 'flex-start',
        gap: 1,
        minHeight: 28,
        fontSize: 12,
        lineHeight: '20px',
        paddingTop: '4px',
        boxSizing: 'border-box',
      }}
    >
      {decision === null ? (
        <Box sx={{ width: 16, flexShrink: 0 }} />
      ) : (
        <Icon
          aria-hidden
          sx={{ fontSize: 16, marginTop: '2px', color: decision.mount.allowed ? color.ok : color.danger }}
        />
      )}
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <PathText path={path} />{' '}
        <Box component="span" sx={{ color: color.text2, overflowWrap: 'anywhere' }}>
          {state.error !== null && !state.stale
            ? translateError(state.error).message
            : decision === null
              ? t('files.tester.checking')
              : withCode(
                  joinSentences(t, [
                    asSentence(t, decision.mount.allowed ? t('files.tester.yes') : t('files.tester.no')),
                    reasonOf(t, decision, found),
                  ]),
                )}
        </Box>
      </Box>
      <IconButton
        aria-label={t('files.tester.forget', { path })}
        onClick={onRemove}
        sx={{ width: 20, height: 20, '& svg': { fontSize: 16 } }}
      >
        <CloseIcon />
      </IconButton>
    </Box>
  );
}
