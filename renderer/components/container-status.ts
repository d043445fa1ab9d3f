import type { TFunction } from 'i18next';
import { useAppPart } from '../state/context.tsx';
import { useNow } from '../i18n/clock.ts';
import { formatDuration } from '../i18n/format.ts';
import { clauses, names } from '../i18n/lists.ts';
import type { Container } from '../../shared/containers/protection.ts';

const units: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_629_800,
  year: 31_557_600,
};

/**
 * Seconds in the age that the engine writes into a container's status ("Up 41 days", "Exited (0) 3 months
 * ago", "Up About an hour (healthy)"); null if there is none. The engine's list of containers has no other
 * field for when a container stopped.
 */
export function statusAge(status: string): number | null {
  const match = /(?:\b(\d+)|\b(About an?|Less than a)) (second|minute|hour|day|week|month|year)s?\b/i.exec(
    status,
  );
  const unit = units[match?.[3]?.toLowerCase() ?? ''];
  if (match === null || unit === undefined) return null;
  if (match[1] !== undefined) return Number(match[1]) * unit;
  return match[2]?.startsWith('Less') === true ? 0 : unit;
}

/** Exit code in "Exited (137) 2 hours ago"; null for none, and for 0. */
export function exitCode(status: string): number | null {
  const code = Number(/^Exited \((\d+)\)/.exec(status)?.[1] ?? 0);
  return code === 0 ? null : code;
}

/** Seconds for which a container is in its state: the engine's value at the scan plus the time since. */
export function useStatusAge({ status }: Pick<Container, 'status'>): number | null {
  const now = useNow();
  const scannedAt = useAppPart(({ scan }) => scan?.at ?? null);
  const age = statusAge(status);
  return age === null || scannedAt === null ? age : age + Math.max(0, (now - Date.parse(scannedAt)) / 1000);
}

/**
 * State and age in one line, in the window's language: "Running, 2 h", "Exited (137), 3 months". `age`: see
 * `useStatusAge`.
 */
export function statusText(
  t: TFunction,
  container: Pick<Container, 'state' | 'status'>,
  age: number | null,
): string {
  const code = exitCode(container.status);
  const state = `${t(`containerState.${container.state}`)}${code === null ? '' : ` (${code})`}`;
  return age === null ? state : clauses(t, [state, formatDuration(t, age)]);
}

/** Options of a container that ECI refuses, as on the command line: "--pid=host". */
export const obstacleNames = (t: TFunction, obstacles: readonly string[]): string =>
  names(
    t,
    obstacles.map((one) => (one === 'docker-socket' ? t('dockerSocket') : `--${one}`)),
  );
