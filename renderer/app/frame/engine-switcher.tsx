import { useRef, useState, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Snackbar from '@mui/material/Snackbar';
import Typography from '@mui/material/Typography';
import type { AppError } from '../../../shared/result.ts';
import type { DiscoveredTarget } from '../../../shared/targets/target.ts';
import { SelectorIcon } from '../../theme/icons.ts';
import { color, toneText } from '../../theme/tokens.ts';
import { useRequest } from '../../state/actions.ts';
import { useNow } from '../../i18n/clock.ts';
import { useApp, useStore } from '../../state/context.tsx';
import { openEngineTitle, rootsOf, shortEngineTitle } from '../../components/engine-title.ts';
import { engineLine, protectionOf } from '../../components/protection.ts';
import { ensureSentence, joinSentences } from '../../i18n/lists.ts';
import { messageAndHint, translateError } from '../../i18n/translate.ts';
import { engineListLayout, oneLine, useEngineRows } from './engine-menu.tsx';

/** The open engine and its state, always visible; opens the menu of engines (Ctrl E). */
export function EngineSwitcher() {
  const { t } = useTranslation();
  const anchor = useRef<HTMLButtonElement>(null);
  const list = useRequest('targets:list');
  const [open, setOpen] = useState(false);
  const [targets, setTargets] = useState<readonly DiscoveredTarget[]>([]);
  const { problem, setProblem, switchTo } = useSwitch();
  const { rows, reset } = useEngineRows({
    targets,
    onChoose: (target) => {
      setOpen(false);
      void switchTo(target);
    },
    onError: (error) => {
      setProblem(t('frame.engine.notRemoved', { reason: inOneLine(t, error) }));
    },
  });

  const openList = async () => {
    reset();
    setOpen(true);
    const result = await list.run(undefined);
    if (result.ok) setTargets(result.value);
  };

  return (
    <>
      <SwitcherButton
        ref={anchor}
        open={open}
        roots={rootsOf(targets)}
        onOpen={() => {
          void openList();
        }}
      />
      <Menu
        open={open}
        anchorEl={anchor.current}
        onClose={() => {
          setOpen(false);
        }}
        slotProps={{
          list: { 'aria-label': t('frame.engine.menu'), dense: true, sx: engineListLayout },
          paper: { sx: { width: 420, maxWidth: 'calc(100vw - 32px)' } },
        }}
      >
        {list.error !== null && <MenuItem disabled>{translateError(list.error).message}</MenuItem>}
        {list.error === null && targets.length === 0 && (
          <MenuItem disabled>{list.running ? t('frame.engine.looking') : t('frame.engine.none')}</MenuItem>
        )}
        {rows}
      </Menu>
      <Snackbar
        open={problem !== null}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
        autoHideDuration={8000}
        onClose={(_, reason) => {
          if (reason !== 'clickaway') setProblem(null);
        }}
        message={problem}
      />
    </>
  );
}

/** Opens another engine; `problem` is the error if that failed. */
function useSwitch() {
  const { t } = useTranslation();
  const app = useApp();
  const store = useStore();
  const [problem, setProblem] = useState<string | null>(null);
  const switchTo = async (target: DiscoveredTarget) => {
    if (target.id === app.target.id) return;
    const result = await store.switchTarget(target.id);
    setProblem(result.ok ? null : t('frame.engine.notSwitched', { reason: inOneLine(t, result.error) }));
  };
  return { problem, setProblem, switchTo };
}

const inOneLine = (t: TFunction, error: AppError): string =>
  joinSentences(
    t,
    messageAndHint(error).map((text) => ensureSentence(t, text)),
  );

/** The open engine and its state. */
function SwitcherButton({
  ref,
  open,
  roots,
  onOpen,
}: {
  readonly ref: Ref<HTMLButtonElement>;
  readonly open: boolean;
  /** Roots of the embedded engines found so far, by which the name distinguishes this one. */
  readonly roots: readonly string[];
  readonly onOpen: () => void;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const protection = protectionOf(app, useNow());
  const line = engineLine(t, app, protection);
  const name = openEngineTitle(t, app, roots);
  const Icon = line.icon;
  return (
    <>
      <ButtonBase
        ref={ref}
        data-engine-switcher
        data-tone={line.tone}
        onClick={onOpen}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-keyshortcuts={app.platform === 'darwin' ? 'Meta+E' : 'Control+E'}
        aria-label={t('frame.engine.switch', { name, state: line.text })}
        title={app.engine.socket}
        sx={{
          flexShrink: 0,
          width: '100%',
          textAlign: 'left',
          gap: '10px',
          minHeight: 48,
          padding: '5px 8px 5px 10px',
          boxSizing: 'border-box',
          border: `1px solid ${color.border}`,
          borderRadius: '8px',
          background: color.card,
          '&:hover': { borderColor: color.borderStrong },
        }}
      >
        <Icon sx={{ fontSize: 22, color: toneText[line.tone] }} aria-hidden />
        <Box component="span" className="label" sx={{ flex: 1, minWidth: 0 }}>
          <Typography
            component="span"
            sx={{ display: 'block', fontWeight: 600, lineHeight: '17px', ...oneLine }}
          >
            {shortEngineTitle(t, app, roots)}
          </Typography>
          <Typography
            component="span"
            variant="caption"
            sx={{
              display: 'block',
              color: line.tone === 'neutral' ? color.text2 : toneText[line.tone],
              fontWeight: line.tone === 'neutral' ? 400 : 500,
            }}
          >
            {line.text}
          </Typography>
        </Box>
        <SelectorIcon className="label" sx={{ fontSize: 18, color: color.text3 }} aria-hidden />
      </ButtonBase>
      <span role="status" className="visually-hidden">{`${name}: ${line.text}`}</span>
    </>
  );
}
