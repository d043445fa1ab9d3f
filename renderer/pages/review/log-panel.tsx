import { memo, useLayoutEffect, useMemo, useRef, useState, type UIEvent } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { translateText } from '../../i18n/translate.ts';
import { useSnapshotPart, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { smallToggle } from '../../components/small-toggle.ts';
import { CopyIcon } from '../../theme/icons.ts';
import { color, fontMono, stacked } from '../../theme/tokens.ts';
import type { EngineLogLine } from '../../../shared/engine-status/status.ts';

type Filter = 'all' | 'engine' | 'bulkhead';
const shows = (filter: Filter, line: EngineLogLine): boolean =>
  filter === 'all' || (line.source === 'dockerd') === (filter === 'engine');
/** A line in the window's language; one of another program as it is. */
const textOf = ({ text, sentence }: EngineLogLine): string => translateText(text, sentence);
/** The IPC contract limits the clipboard's text; the end of a log is the most useful part. */
const maxCopy = 900_000;
/** Within this many px of the end the panel follows the log. */
const nearEnd = 24;

/**
 * The run's log, live. At its end it follows; scrolled up, the position stays and a button shows the number
 * of new lines.
 */
export function LogPanel({ tall }: { readonly tall: boolean }) {
  const { t } = useTranslation();
  const log = useSnapshotPart((snapshot) => snapshot.log);
  const clock = useClock();
  const [filter, setFilter] = useState<Filter>('all');
  const lines = log.filter((line) => shows(filter, line));
  const { box, unreadCount, onScroll, follow } = useFollowing(lines.length, filter);
  return (
    <Card
      title={t('review.run.log')}
      actions={
        <>
          <FilterToggle
            filter={filter}
            onFilter={(next) => {
              setFilter(next);
              follow();
            }}
          />
          <CopyLines lines={lines} />
        </>
      }
    >
      <Box sx={{ position: 'relative' }}>
        <Box
          ref={box}
          role="log"
          aria-live="off"
          aria-label={t('review.run.log')}
          tabIndex={0}
          className="selectable"
          onScroll={onScroll}
          sx={{
            height: tall ? 'calc(100vh - 286px)' : 360,
            minHeight: 240,
            overflow: 'auto',
            overflowAnchor: 'none',
            background: color.subtle,
            padding: '8px 0',
            fontFamily: fontMono,
            fontSize: 11.5,
            '&:focus-visible': { outlineOffset: -2 },
          }}
        >
          {lines.map((line, index) => (
            <Line key={index} line={line} clock={clock} />
          ))}
          {lines.length === 0 && (
            <Box sx={{ padding: '4px 16px', color: color.text3 }}>
              {log.length === 0 ? t('review.run.noLines') : t('review.run.noLinesOf')}
            </Box>
          )}
        </Box>
        {unreadCount > 0 && (
          <Button size="small" sx={{ position: 'absolute', right: 24, bottom: 12 }} onClick={follow}>
            {t('review.run.newLines', { count: unreadCount })}
          </Button>
        )}
      </Box>
    </Card>
  );
}

/** Follows the end of the log, or counts new lines while the user has scrolled up. */
function useFollowing(length: number, filter: Filter) {
  const [following, setFollowing] = useState(true);
  /** Line count when following stopped. */
  const [readCount, setReadCount] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const unreadCount = following ? 0 : Math.max(0, length - readCount);

  useLayoutEffect(() => {
    if (following && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [following, length, filter]);

  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const element = event.currentTarget;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
    if (atEnd === following) return;
    setFollowing(atEnd);
    setReadCount(length);
  };
  const follow = () => {
    setFollowing(true);
  };
  return { box, unreadCount, onScroll, follow };
}

function FilterToggle({
  filter,
  onFilter,
}: {
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}) {
  const { t } = useTranslation();
  return (
    <ToggleButtonGroup
      exclusive
      value={filter}
      aria-label={t('review.run.logFilter')}
      sx={smallToggle}
      onChange={(_, next: Filter | null) => {
        if (next !== null) onFilter(next);
      }}
    >
      <ToggleButton value="all">{t('review.run.all')}</ToggleButton>
      <ToggleButton value="engine">{t('review.run.engine')}</ToggleButton>
      <ToggleButton value="bulkhead">{t('review.run.bulkhead')}</ToggleButton>
    </ToggleButtonGroup>
  );
}

function CopyLines({ lines }: { readonly lines: readonly EngineLogLine[] }) {
  const { t } = useTranslation();
  const store = useStore();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const text = lines.map((line) => `${line.at} ${line.source} ${textOf(line)}`).join('\n');
    const result = await store.request('clipboard:write', { text: text.slice(-maxCopy) });
    setCopied(result.ok);
  };
  return (
    <Button
      size="small"
      variant="text"
      startIcon={<CopyIcon />}
      disabled={lines.length === 0}
      onClick={() => {
        void copy();
      }}
      onBlur={() => {
        setCopied(false);
      }}
    >
      {copied ? t('button.copied') : t('button.copy')}
    </Button>
  );
}

const Line = memo(function Line({
  line,
  clock,
}: {
  readonly line: EngineLogLine;
  readonly clock: (iso: string) => string;
}) {
  const own = line.source !== 'dockerd';
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: '92px 82px minmax(0, 1fr)',
        [stacked]: {
          gridTemplateColumns: '92px minmax(0, 1fr)',
          '& > :nth-of-type(3)': { gridColumn: '1 / -1' },
        },
        padding: '2px 16px',
        lineHeight: '18px',
        color: own ? color.text : color.text2,
        contentVisibility: 'auto',
        containIntrinsicSize: 'auto 22px',
      }}
    >
      <Box component="span" sx={{ color: color.text3 }}>
        {clock(line.at)}
      </Box>
      <Box component="span" sx={{ fontWeight: own ? 600 : 400 }}>
        {line.source}
      </Box>
      <Box component="span" sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {line.source === 'dockerd' ? message(line.text) : textOf(line)}
      </Box>
    </Box>
  );
});

/** 10:42:07.114, in the user's time zone. */
function useClock(): (iso: string) => string {
  const { language } = useTranslation().i18n;
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    });
    return (iso: string) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? iso : format.format(date);
    };
  }, [language]);
}

/**
 * dockerd writes level, and often the time, into its lines; the time is beside them already. Warnings and
 * errors keep their level. The copied text has whole lines.
 */
function message(text: string): string {
  const parts = /^(?:time="?[^"\s]*"? )?level=(\w+) msg=("(?:[^"\\]|\\.)*"|\S+)(.*)$/.exec(text);
  if (parts === null) return text;
  const [, level = '', quoted = '', rest = ''] = parts;
  let messageText = quoted;
  if (quoted.startsWith('"')) {
    try {
      messageText = String(JSON.parse(quoted));
    } catch {
      messageText = quoted.slice(1, -1);
    }
  }
  return `${level === 'info' || level === 'debug' ? '' : `${level}: `}${messageText}${rest}`;
}
