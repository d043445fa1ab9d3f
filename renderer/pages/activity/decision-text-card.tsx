import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useDraftPart, useStore } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import { clientLanguage, useTranslateIn } from '../../i18n/client-language.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { color, fontMono } from '../../theme/tokens.ts';
import { isDenial, type ActivityEntry } from '../../../shared/audit/activity.ts';
import { commandOf } from '../../../shared/audit/command.ts';
import { decisionText } from '../../../shared/audit/decision-text.ts';

/** Kind of the text: the response to the client, or what was changed. */
function labelOf(t: TFunction, entry: ActivityEntry): string {
  if (entry.outcome === 'deny')
    return entry.user === null || entry.origin?.kind === 'socket-mount'
      ? t('activity.seen.client')
      : t('activity.seen.user', { name: entry.user });
  if (entry.outcome === 'would-deny') return t('activity.seen.would');
  return entry.outcome === 'rewrite' ? t('activity.seen.changed') : t('activity.seen.warned');
}

/**
 * The response in the clients' language, with its translation if the window has another one; what was
 * changed, which no client sees, in the window's. `lang` is undefined for the window's language.
 */
function useDecisionText(entry: ActivityEntry): {
  readonly text: string;
  readonly lang: string | undefined;
  readonly translation: string | null;
} {
  const language = useDraftPart(({ applied }) => clientLanguage(applied));
  const translateForClient = useTranslateIn(language);
  const translation = decisionText(entry, translateMessage);
  const text = isDenial(entry) ? decisionText(entry, translateForClient) : translation;
  if (text === translation) return { text, lang: undefined, translation: null };
  return { text, lang: text === entry.message ? 'en' : language, translation };
}

/** The response to the client, or what was changed: verbatim, copyable. */
export function DecisionTextCard({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const store = useStore();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    setCopied(false);
  }, [entry.id]);
  const command = commandOf(entry);
  const { text, lang, translation } = useDecisionText(entry);
  return (
    <Box sx={{ marginTop: 2 }}>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          minHeight: 28,
          fontSize: 12,
          color: color.text3,
        }}
      >
        <Box component="span" id={`seen-${entry.id}`} sx={{ flex: 1, minWidth: 0 }}>
          {labelOf(t, entry)}
        </Box>
        {command !== null && (
          <Button
            size="small"
            variant="text"
            onClick={() => {
              navigate('simulator', { command });
            }}
          >
            {t('activity.simulate')}
          </Button>
        )}
        <Button
          size="small"
          variant="text"
          onClick={() => {
            void store.request('clipboard:write', { text }).then((answer) => {
              setCopied(answer.ok);
            });
          }}
        >
          {copied ? t('button.copied') : t('button.copy')}
        </Button>
      </Box>
      <Box
        component="pre"
        aria-labelledby={`seen-${entry.id}`}
        lang={lang}
        tabIndex={0}
        sx={{
          margin: 0,
          padding: '8px 12px',
          fontFamily: fontMono,
          fontSize: 12,
          lineHeight: '18px',
          color: color.text,
          background: color.card,
          border: `1px solid ${color.border}`,
          borderRadius: '6px',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          maxHeight: 200,
          overflow: 'auto',
        }}
      >
        {text}
      </Box>
      {translation !== null && <Translation text={translation} />}
    </Box>
  );
}

function Translation({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <Box
      className="selectable"
      sx={{ marginTop: '4px', fontSize: 12, lineHeight: '18px', color: color.text2 }}
    >
      {t('rules.translated', { text })}
    </Box>
  );
}
