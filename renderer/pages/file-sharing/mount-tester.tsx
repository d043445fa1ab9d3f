import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import OutlinedInput from '@mui/material/OutlinedInput';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { Card } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { AllowedIcon, CloseIcon, DeniedIcon } from '../../theme/icons.ts';
import { PreferenceNotice } from '../../components/preference-notice.tsx';
import { PathText, withCode } from '../../components/mono.tsx';
import { color, fontMono } from '../../theme/tokens.ts';
import { useMountAnswer, type Against, type AskedMount, type MountAnswer } from './mount-answer.ts';
import type { Resolved } from './resolved.ts';
import { sentence, sentences } from '../../i18n/lists.ts';
import { told, translateError } from '../../i18n/translate.ts';

/** Answers kept below the field; the oldest goes. */
const kept = 3;
const isAgainst = (value: unknown): value is Against => value === 'applied' || value === 'draft';

/**
 * Would a path be mountable under the applied settings or the draft? The gateway's own rules answer while one
 * types.
 */
export function MountTester({ found }: { readonly found: ReadonlyMap<string, Resolved> }) {
  const { t } = useTranslation();
  const [against, setAgainst] = useState<Against>('draft');
  const [text, setText] = useState('');
  const [earlier, setEarlier] = useState<readonly string[]>([]);
  const asked = useMountAnswer(text, against);
  const keep = () => {
    const path = text.trim();
    if (path === '') return;
    setEarlier([path, ...earlier.filter((other) => other !== path)].slice(0, kept));
    setText('');
  };
  return (
    <Card
      title={t('files.tester.title')}
      actions={
        <ToggleButtonGroup
          exclusive
          value={against}
          aria-label={t('files.tester.against')}
          sx={{ height: 28, '& .MuiToggleButton-root': { height: 24 } }}
          onChange={(_, value: unknown) => {
            if (isAgainst(value)) setAgainst(value);
          }}
        >
          <ToggleButton value="applied">{t('files.tester.applied')}</ToggleButton>
          <ToggleButton value="draft">{t('files.tester.draft')}</ToggleButton>
        </ToggleButtonGroup>
      }
    >
      <Box sx={{ padding: 2 }}>
        <OutlinedInput
          fullWidth
          value={text}
          placeholder={t('files.tester.placeholder')}
          onChange={(event) => {
            setText(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.nativeEvent.isComposing && !event.ctrlKey && !event.metaKey) {
              event.preventDefault();
              keep();
            } else if (event.key === 'Escape' && text !== '') {
              event.stopPropagation();
              setText('');
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
        <Box sx={{ marginTop: '12px', '&:empty': { display: 'none' } }}>
          <PreferenceNotice />
        </Box>
        <Box role="status" sx={{ marginTop: '12px', minHeight: 38 }}>
          {text.trim() === '' ? (
            <Typography variant="caption" component="div" sx={{ color: color.text3 }}>
              {t('files.tester.hint')}
            </Typography>
          ) : (
            <Verdict asked={asked} found={found} />
          )}
        </Box>
        {asked.error !== null && !asked.old && (
          <ErrorPanel error={asked.error} title={t('files.tester.failed')} />
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
              <Kept
                key={path}
                path={path}
                against={against}
                found={found}
                onForget={() => {
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

function Verdict({
  asked,
  found,
}: {
  readonly asked: AskedMount;
  readonly found: ReadonlyMap<string, Resolved>;
}) {
  const { t } = useTranslation();
  if (asked.error !== null && !asked.old) return null;
  const { answer } = asked;
  // An answer to what was typed before is never shown as one to what is typed now.
  if (answer === null || asked.old)
    return (
      <Typography variant="caption" component="div" sx={{ color: color.text3 }}>
        {t('files.tester.asking')}
      </Typography>
    );
  const { allowed } = answer.mount;
  const Icon = allowed ? AllowedIcon : DeniedIcon;
  return (
    <Box sx={{ display: 'flex', gap: 1, alignItems: 'flex-start' }}>
      <Icon aria-hidden sx={{ fontSize: 20, color: allowed ? color.ok : color.danger }} />
      <Box sx={{ minWidth: 0 }}>
        <Typography component="div" sx={{ fontWeight: 600, color: allowed ? color.ok : color.danger }}>
          {allowed ? t('files.tester.yes') : t('files.tester.no')}
        </Typography>
        <Typography variant="caption" component="div" sx={{ color: color.text2, overflowWrap: 'anywhere' }}>
          {withCode(reasonOf(t, answer, found))}
        </Typography>
      </Box>
    </Box>
  );
}

function Kept({
  path,
  against,
  found,
  onForget,
}: {
  readonly path: string;
  readonly against: Against;
  readonly found: ReadonlyMap<string, Resolved>;
  readonly onForget: () => void;
}) {
  const { t } = useTranslation();
  const asked = useMountAnswer(path, against);
  const answer = asked.old ? null : asked.answer;
  const Icon = answer?.mount.allowed === true ? AllowedIcon : DeniedIcon;
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
      {answer === null ? (
        <Box sx={{ width: 16, flexShrink: 0 }} />
      ) : (
        <Icon
          aria-hidden
          sx={{ fontSize: 16, marginTop: '2px', color: answer.mount.allowed ? color.ok : color.danger }}
        />
      )}
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <PathText path={path} />{' '}
        <Box component="span" sx={{ color: color.text2, overflowWrap: 'anywhere' }}>
          {asked.error !== null && !asked.old
            ? translateError(asked.error).message
            : answer === null
              ? t('files.tester.asking')
              : withCode(
                  sentences(t, [
                    sentence(t, answer.mount.allowed ? t('files.tester.yes') : t('files.tester.no')),
                    reasonOf(t, answer, found),
                  ]),
                )}
        </Box>
      </Box>
      <IconButton
        aria-label={t('files.tester.forget', { path })}
        onClick={onForget}
        sx={{ width: 20, height: 20, '& svg': { fontSize: 16 } }}
      >
        <CloseIcon />
      </IconButton>
    </Box>
  );
}

/** The gateway's reason in the window's words; one that has none there comes in the gateway's own. */
function reasonOf(
  t: TFunction,
  { path, mount, found: at }: MountAnswer,
  found: ReadonlyMap<string, Resolved>,
): string {
  const linked = mount.real !== path;
  const missing = at?.kind === 'missing' && at.error === null ? ` ${t('files.tester.missing')}` : '';
  switch (mount.code) {
    case 'eci-off':
      return t('files.tester.off');
    case 'allowed': {
      // The gateway names the real directory; the list may name it otherwise.
      const share =
        [...found.values()].find((one) => (one.real ?? one.expanded) === mount.share)?.written ??
        mount.share ??
        '';
      return (
        (linked
          ? t('files.tester.insideLink', { real: mount.real, share })
          : t('files.tester.inside', { share })) + missing
      );
    }
    case 'bind-not-shared':
      return (
        (linked ? t('files.tester.notSharedLink', { real: mount.real }) : t('files.tester.notShared')) +
        missing
      );
    case 'bind-engine-directory':
      return t('files.tester.engine');
    case 'bind-unresolvable':
      return path.startsWith('/') ? t('files.tester.unresolvable') : t('files.tester.relative');
    case 'socket-mount':
      return t('files.tester.socket');
    default:
      return told(mount.reason);
  }
}
