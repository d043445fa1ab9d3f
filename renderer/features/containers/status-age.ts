const units: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_629_800, year: 31_557_600 };

/**
 * Seconds in the age that the engine writes into a container's status ("Up 41 days", "Exited (0) 3 months ago", "Up About an hour (healthy)"); null where there is none.
 * The engine gives no other account of when a container stopped in its list.
 */
export function statusAge(status: string): number | null {
  const match = /(?:\b(\d+)|\b(About an?|Less than a)) (second|minute|hour|day|week|month|year)s?\b/i.exec(status);
  const unit = units[match?.[3]?.toLowerCase() ?? ''];
  if (match === null || unit === undefined) return null;
  if (match[1] !== undefined) return Number(match[1]) * unit;
  return match[2]?.startsWith('Less') === true ? 0 : unit;
}

/** Exit code in "Exited (137) 2 hours ago"; null for none, and for 0, which is no news. */
export function exitCode(status: string): number | null {
  const code = Number(/^Exited \((\d+)\)/.exec(status)?.[1] ?? 0);
  return code === 0 ? null : code;
}
