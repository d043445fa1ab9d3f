import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { useNow } from './clock.ts';
import { writtenNumber } from './number-format.ts';

/** Months and years are the calendar's mean ones, as in the engine's texts. */
const minute = 60,
  hour = 3600,
  day = 86_400,
  month = 2_629_800,
  year = 31_557_600;

/** A duration in one unit: "40 s", "3 min", "41 days". `seconds` may be fractional; negative counts as 0. */
export function formatDuration(t: TFunction, seconds: number): string {
  const s = Math.max(0, seconds);
  if (s < minute) return t('time.seconds', { count: Math.round(s) });
  if (s < hour) return t('time.minutes', { count: Math.floor(s / minute) });
  if (s < day) return t('time.hours', { count: Math.floor(s / hour) });
  if (s < 60 * day) return t('time.days', { count: Math.floor(s / day) });
  if (s < 2 * year) return t('time.months', { count: Math.floor(s / month) });
  return t('time.years', { count: Math.floor(s / year) });
}

/**
 * Like `formatDuration`; up to ten minutes with seconds: "1 min 21 s". For a duration on its own: beside an
 * estimate, which has no seconds, use `formatDuration`.
 */
export function formatElapsed(t: TFunction, seconds: number): string {
  const s = Math.round(Math.max(0, seconds));
  return s < minute || s >= 10 * minute
    ? formatDuration(t, s)
    : t('time.minutesAndSeconds', { minutes: Math.floor(s / minute), seconds: s % minute });
}

export interface Formats {
  number(value: number): string;
  /** 10:42 */
  time(iso: string): string;
  /** 10:42:07 */
  clock(iso: string): string;
  isToday(iso: string): boolean;
  /** 10 Nov (with the year when it is another) */
  date(iso: string): string;
  dateTime(iso: string): string;
  /** As short as is clear: 10:42 today, "yesterday, 10:42", else with the date. */
  moment(iso: string): string;
  /** How long since `iso`: "3 min". */
  since(iso: string): string;
  /** "3 min ago", "just now". */
  ago(iso: string): string;
  /** "a, b and c" as the language joins names. */
  list(names: readonly string[]): string;
}

/**
 * Numbers in the language's format, without the clock of `useFormats`, which re-renders its users every 10 s.
 */
export function useNumber(): (value: number) => string {
  const { language } = useTranslation().i18n;
  return useCallback((value: number) => writtenNumber(value, language), [language]);
}

const cache = new Map<string, ReturnType<typeof makeIntl>>();

/**
 * Cached: creating them takes milliseconds, and every component that shows a time would create its own at
 * each tick.
 */
function intlOf(language: string): ReturnType<typeof makeIntl> {
  // They keep the time zone in which they were created.
  const key = `${language} ${new Date().getTimezoneOffset()}`;
  const created = cache.get(key) ?? makeIntl(language);
  cache.set(key, created);
  return created;
}

function makeIntl(language: string) {
  const dated = language === 'en' ? 'en-GB' : language;
  return {
    times: new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false }),
    clocks: new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hour12: false,
    }),
    dates: new Intl.DateTimeFormat(dated, { day: 'numeric', month: 'short' }),
    datesWithYear: new Intl.DateTimeFormat(dated, { day: 'numeric', month: 'short', year: 'numeric' }),
    // Chinese Intl writes "a和b" without the space that names in Latin letters need: enumerated there.
    lists:
      language === 'zh-CN'
        ? { format: (list: readonly string[]) => list.join('、') }
        : new Intl.ListFormat(language, { style: 'long', type: 'conjunction' }),
  };
}

/** Dates, numbers and ages in the window's language; ages tick. */
export function useFormats(): Formats {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const language = i18n.language;
  return useMemo(() => {
    const { times, clocks, dates, datesWithYear, lists } = intlOf(language);
    const valid = (iso: string, format: (date: Date) => string) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? iso : format(date);
    };
    const date = (iso: string) =>
      valid(iso, (d) => (d.getFullYear() === new Date(now).getFullYear() ? dates : datesWithYear).format(d));
    const time = (iso: string) => valid(iso, (d) => times.format(d));
    const since = (iso: string) => valid(iso, (d) => formatDuration(t, (now - d.getTime()) / 1000));
    const dateTime = (iso: string) => t('time.dateTime', { date: date(iso), time: time(iso) });
    const daysBefore = (days: number) => {
      const d = new Date(now);
      d.setDate(d.getDate() - days);
      return d.toDateString();
    };
    const isDay = (iso: string, days: number) => new Date(iso).toDateString() === daysBefore(days);
    return {
      clock: (iso) => valid(iso, (d) => clocks.format(d)),
      isToday: (iso) => isDay(iso, 0),
      number: (value) => writtenNumber(value, language),
      time,
      date,
      since,
      dateTime,
      moment: (iso) =>
        isDay(iso, 0) ? time(iso) : isDay(iso, 1) ? t('time.yesterday', { time: time(iso) }) : dateTime(iso),
      ago: (iso) =>
        valid(iso, (d) =>
          now - d.getTime() < 5000 ? t('time.justNow') : t('time.ago', { duration: since(iso) }),
        ),
      list: (names) => lists.format(names),
    };
  }, [t, language, now]);
}
