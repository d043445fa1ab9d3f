/**
 * Every page in the states it can be in, by the names of `renderer/dev`. The first is the usual one: it is looked at in both themes and
 * both languages; the others in one combination each, in turn.
 */
export const pageStates: Readonly<Record<string, readonly string[]>> = {
  overview: ['protected', 'off', 'unverified', 'failedProbe', 'audit', 'stopped', 'failed', 'starting', 'scanning', 'scanFailed', 'noFile', 'unreadable', 'appeared', 'conflict', 'waiting', 'noState'],
  isolation: ['protected', 'off', 'turningOn', 'readOnly', 'missing', 'broken', 'starting'],
  'docker-socket': ['socketEdited', 'socketEmpty', 'socketHuge', 'protected', 'readOnly', 'broken', 'brokenFile', 'off'],
  'file-sharing': ['shares', 'sharesEmpty', 'sharesMissing', 'sharesChanged', 'readOnly', 'broken'],
  containers: ['protected', 'empty', 'many', 'scanning', 'scanFailed', 'stopped', 'off', 'longNames', 'recreating', 'recreated', 'removing', 'removed', 'readOnly'],
  activity: ['protected', 'activityEmpty', 'activityNoRights', 'activityMany', 'stopped', 'audit'],
  simulator: ['protected', 'stopped', 'off'],
  json: ['edited', 'noFile', 'broken', 'readOnly', 'socketHuge', 'conflictClean', 'conflictOverlap', 'conflictBroken'],
  history: ['historyFound', 'historyHuge', 'historyFailed', 'protected', 'readOnly'],
  preferences: ['protected', 'stopped'],
  review: ['rich', 'blocked', 'errors', 'protected', 'applying', 'goingBack', 'cleaning', 'applied', 'rolledBack', 'cancelled', 'rollbackFailed', 'notRoot'],
};

export interface Looked { readonly page: string; readonly state: string; readonly theme: 'light' | 'dark'; readonly language: 'en' | 'zh-CN' }

const combinations = [{ theme: 'light', language: 'en' }, { theme: 'dark', language: 'zh-CN' }, { theme: 'dark', language: 'en' }, { theme: 'light', language: 'zh-CN' }] as const;

/** All of them, one after the other. */
export const allLooks: readonly Looked[] = Object.entries(pageStates).flatMap(([page, states]) => states.flatMap((state, index) =>
  (index === 0 ? combinations : combinations.slice(index % 4, index % 4 + 1)).map((combination) => ({ page, state, ...combination }))));
