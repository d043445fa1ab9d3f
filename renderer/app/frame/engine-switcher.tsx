import { useRef, useState, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Snackbar from '@mui/material/Snackbar';
import Typography from '@mui/material/Typography';
import type { DiscoveredTarget } from '../../../shared/targets/target.ts';
import { CheckIcon, ErrorIcon, SelectorIcon, UnverifiedIcon } from '../../theme/icons.ts';
import { stateIcon } from '../../components/state-badge.tsx';
import { color, fontMono, toneText } from '../../theme/tokens.ts';
import { useRequest } from '../../state/actions.ts';
import { useNow } from '../../i18n/clock.ts';
import { useApp, useStore } from '../../state/context.tsx';
import { engineLine, protectionOf } from '../../components/protection.ts';
import { closed, sentences } from '../../i18n/lists.ts';
import { messageAndHint, translateError } from '../../i18n/translate.ts';

const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

/** The engine and its state, always visible, and the way to another one (Ctrl E). */
export function EngineSwitcher() {
  const { t } = useTranslation();
  const app = useApp();
  const anchor = useRef<HTMLButtonElement>(null);
  const list = useRequest('targets:list');
  const [open, setOpen] = useState(false);
  const [targets, setTargets] = useState<readonly DiscoveredTarget[]>([]);
  const { refused, clearRefused, switchTo } = useSwitch();

  const openList = async () => {
    setOpen(true);
    const result = await list.run(undefined);
    if (result.ok) setTargets(result.value);
  };

  return (
    <>
      <SwitcherButton
        ref={anchor}
        open={open}
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
          list: { 'aria-label': t('frame.engine.menu'), dense: true },
          paper: { sx: { width: 420, maxWidth: 'calc(100vw - 32px)' } },
        }}
      >
        {list.error !== null && <MenuItem disabled>{translateError(list.error).message}</MenuItem>}
        {list.error === null && targets.length === 0 && (
          <MenuItem disabled>{list.running ? t('frame.engine.looking') : t('frame.engine.none')}</MenuItem>
        )}
        {targets.map((target) => (
          <TargetItem
            key={target.id}
            target={target}
            current={target.id === app.target.id}
            onChoose={() => {
              setOpen(false);
              void switchTo(target);
            }}
          />
        ))}
      </Menu>
      <Snackbar
        open={refused !== null}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
        autoHideDuration={8000}
        onClose={(_, reason) => {
          if (reason !== 'clickaway') clearRefused();
        }}
        message={t('frame.engine.notSwitched', { reason: refused ?? '' })}
      />
    </>
  );
}

/** Opens another engine; `refused` is why that was not possible. */
function useSwitch() {
  const { t } = useTranslation();
  const app = useApp();
  const store = useStore();
  const [refused, setRefused] = useState<string | null>(null);
  const switchTo = async (target: DiscoveredTarget) => {
    if (target.id === app.target.id) return;
    const result = await store.switchTarget(target.id);
    setRefused(
      result.ok
        ? null
        : sentences(
            t,
            messageAndHint(result.error).map((text) => closed(t, text)),
          ),
    );
  };
  const clearRefused = () => {
    setRefused(null);
  };
  return { refused, clearRefused, switchTo };
}

/** The engine that is shown, and its state. */
function SwitcherButton({
  ref,
  open,
  onOpen,
}: {
  readonly ref: Ref<HTMLButtonElement>;
  readonly open: boolean;
  readonly onOpen: () => void;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const protection = protectionOf(app, useNow());
  const line = engineLine(t, app, protection);
  const working = app.run !== null && app.run.activity !== 'ended';
  const Icon =
    working || app.engine.phase === 'unreachable'
      ? UnverifiedIcon
      : app.engine.phase === 'failed'
        ? ErrorIcon
        : stateIcon[protection.state];
  return (
    <>
      <ButtonBase
        ref={ref}
        data-engine-switcher
        onClick={onOpen}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-keyshortcuts={app.platform === 'darwin' ? 'Meta+E' : 'Control+E'}
        aria-label={t('frame.engine.switch', { name: app.engine.name, state: line.text })}
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
        <Box component="span" className="words" sx={{ flex: 1, minWidth: 0 }}>
          <Typography
            component="span"
            sx={{ display: 'block', fontWeight: 600, lineHeight: '17px', ...oneLine }}
          >
            {app.engine.name}
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
        <SelectorIcon className="words" sx={{ fontSize: 18, color: color.text3 }} aria-hidden />
      </ButtonBase>
      <span role="status" className="visually-hidden">{`${app.engine.name}: ${line.text}`}</span>
    </>
  );
}

function TargetItem({
  target,
  current,
  onChoose,
  ...rest
}: {
  readonly target: DiscoveredTarget;
  readonly current: boolean;
  readonly onChoose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <MenuItem
      {...rest}
      role="menuitemradio"
      aria-checked={current}
      selected={current}
      onClick={onChoose}
      sx={{ minHeight: 48, '@media (min-width:600px)': { minHeight: 48 }, gap: '10px', alignItems: 'center' }}
    >
      <CheckIcon
        sx={{ fontSize: 18, color: color.accentText, visibility: current ? 'visible' : 'hidden' }}
        aria-hidden
      />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography sx={{ fontWeight: 500, ...oneLine }}>{titleOf(t, target)}</Typography>
        <Typography
          variant="caption"
          component="div"
          sx={{
            color: color.text3,
            ...oneLine,
            direction: 'rtl',
            textAlign: 'left',
            fontFamily: fontMono,
            fontSize: 11,
          }}
        >
          <bdi>{target.place}</bdi>
        </Typography>
      </Box>
      <Typography variant="caption" sx={{ color: color.text2, flexShrink: 0 }}>
        {t(`frame.engine.phase.${target.phase}`)}
        {target.version === null ? '' : ` · ${target.version}`}
      </Typography>
    </MenuItem>
  );
}

/** What kind of engine it is, with the name of its machine where that says more. */
function titleOf(t: TFunction, target: DiscoveredTarget): string {
  return t(`frame.engine.kind.${target.ref.kind}`, { name: target.name });
}
