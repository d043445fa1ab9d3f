import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useStore } from '../state/context.tsx';
import { CopyIcon } from '../theme/icons.ts';
import { color, fontMono } from '../theme/tokens.ts';

/** The text of a program, verbatim, with a button that copies it. */
export function CopyableText({
  text,
  label,
  copyLabel,
  lang,
  maxHeight,
}: {
  readonly text: string;
  readonly label: string;
  /** What the button copies, where its text does not say it. */
  readonly copyLabel?: string;
  /** If it is not the window's language. */
  readonly lang?: string | undefined;
  /** Height from which it scrolls, px. */
  readonly maxHeight: number;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const [copied, setCopied] = useState<string | null>(null);
  const copy = async () => {
    const result = await store.request('clipboard:write', { text });
    setCopied(result.ok ? text : null);
  };
  return (
    <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
      <Box
        component="pre"
        aria-label={label}
        lang={lang}
        tabIndex={0}
        sx={{
          flex: 1,
          minWidth: 0,
          margin: 0,
          fontFamily: fontMono,
          fontSize: 12,
          lineHeight: '18px',
          color: color.text,
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          maxHeight,
          overflow: 'auto',
        }}
      >
        {text}
      </Box>
      <Button
        size="small"
        variant="text"
        startIcon={<CopyIcon />}
        aria-label={copyLabel}
        onClick={() => {
          void copy();
        }}
      >
        {copied === text ? t('button.copied') : t('button.copy')}
      </Button>
    </Box>
  );
}
