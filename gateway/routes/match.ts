import { routes, type Route } from './table.ts';

export interface Match {
  readonly route: Route;
  /** What stood for `{id}` or `{name}`, decoded; '' where the pattern has none. */
  readonly subject: string;
}

interface Compiled {
  readonly route: Route;
  readonly expression: RegExp;
}

// Image, plugin and distribution names hold slashes; ids and volume, network, container names do not (moby's
// router: `{name:.*}`).
const slashed = /^\/(?:images|plugins|distribution)\//;
const literal = new Map<string, Match>();
const patterns = new Map<string, Compiled[]>();

for (const route of routes) {
  if (!route.pattern.includes('{')) {
    literal.set(`${route.method} ${route.pattern}`, { route, subject: '' });
    continue;
  }
  const one = slashed.test(route.pattern) ? '(.+)' : '([^/]+)';
  const source = route.pattern.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[a-z]+\}/g, one);
  const list = patterns.get(route.method) ?? [];
  list.push({ route, expression: new RegExp(`^${source}$`, 's') });
  patterns.set(route.method, list);
}

/** The route of a request; null for what the table does not know. `path` is without version, decoded. */
export function matchRoute(method: string, path: string): Match | null {
  const exact = literal.get(`${method} ${path}`);
  if (exact) return exact;
  for (const { route, expression } of patterns.get(method) ?? []) {
    const found = expression.exec(path);
    if (found) return { route, subject: found[1] ?? '' };
  }
  return null;
}

/** API versions the table is valid for: 1.24 to 1.99, or none in the path. */
export function versionKnown(version: string | null): boolean {
  return version === null || Number(version.slice(2)) >= 24;
}
