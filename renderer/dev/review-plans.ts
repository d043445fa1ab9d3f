import type { ApplyPlan } from '../../shared/apply/plan.ts';
import { message, referenceTo } from '../../shared/messages/message.ts';
import { lintSettings } from '../../shared/settings/lint/index.ts';
import { plan } from './apply-fixture.ts';
import { someContainers } from './container-fixture.ts';
import { dangerousDraft } from './settings-fixture.ts';

const wrongType = message('settings.value-must-be', {
  pointer: '/enhancedContainerIsolation/locked',
  expected: message('settings.type-boolean'),
  found: message('settings.type-string'),
});

/** The plan each state's draft would have. */
export const reviewPlans: Record<string, ApplyPlan> = {
  rich: {
    ...plan,
    effects: [
      ...plan.effects.slice(0, 3),
      { kind: 'new-rule', when: 'afterwards', code: 'eci-on', params: {} },
      { kind: 'new-rule', when: 'afterwards', code: 'backend', params: { id: 'exclusive' } },
      {
        kind: 'new-rule',
        when: 'afterwards',
        code: 'mounts-outside-shares-refused',
        params: { count: 1, paths: ['$HOME'] },
      },
      {
        kind: 'new-rule',
        when: 'afterwards',
        code: 'socket-images',
        params: { count: 2, images: ['docker.io/testcontainers/ryuk:*', 'docker:cli'] },
      },
      ...plan.effects.slice(3),
    ],
    remove: someContainers.filter((c) => c.name === 'db-archive').map((c) => c.id),
  },
  blocked: {
    ...plan,
    fromVersion: 0,
    toVersion: 1,
    blocked: true,
    blockers: [{ code: 'requirement', message: "Isolation can't run on this machine: kernel: 5.4.0." }],
    missingRequirements: [{ code: 'kernel', met: false, found: '5.4.0', fix: 'Use Linux 6.3 or newer.' }],
  },
  errors: {
    ...plan,
    blocked: true,
    blockers: [{ code: 'findings', message: wrongType.text, sentence: referenceTo(wrongType) }],
  },
  edited: {
    ...plan,
    eciBefore: true,
    restartNeeded: false,
    reloadNeeded: false,
    daemonJson: [],
    estimatedSeconds: 7,
    effects: [
      { kind: 'at-once', when: 'while-applying', code: 'gateway-reloads', params: {} },
      { kind: 'new-rule', when: 'afterwards', code: 'socket-images', params: { count: 4, images: [] } },
      plan.effects[4] ?? { kind: 'at-once', when: 'afterwards', code: 'gateway-reloads', params: {} },
    ],
  },
  protected: {
    ...plan,
    changes: [],
    blocked: true,
    blockers: [{ code: 'nothing-to-apply', message: 'The draft is what is applied already.' }],
    effects: [],
    daemonJson: [],
  },
};
reviewPlans['desktopEdited'] = {
  ...plan,
  eciBefore: true,
  daemonJson: [],
  estimatedSeconds: 70,
  changes: [
    {
      pointer: '/enhancedContainerIsolation/locked',
      kind: 'changed',
      before: true,
      after: false,
      page: 'isolation',
      needs: 'nothing',
    },
  ],
  effects: [
    { kind: 'restart', when: 'while-applying', code: 'desktop-reopens', params: { seconds: 60 } },
    {
      kind: 'stops',
      when: 'while-applying',
      code: 'containers-stop',
      params: { count: 2, names: ['web-1', 'api-1'] },
    },
    { kind: 'new-rule', when: 'afterwards', code: 'desktop-sign-in', params: { first: 0 } },
    {
      kind: 'unprotected',
      when: 'afterwards',
      code: 'containers-kept-unprotected',
      params: { count: 2, names: ['old-vpn', 'node-metrics'], use: 'free', stopping: 2 },
    },
  ],
};
reviewPlans['dangerous'] = {
  ...plan,
  findings: lintSettings(dangerousDraft, { settingsFormat: 'engine', platform: 'linux' }),
  effects: [
    ...plan.effects.slice(0, 2),
    {
      kind: 'dangerous',
      when: 'afterwards',
      code: 'dangerous-shares',
      params: { count: 3, paths: ['/', '/etc', '/var/lib/docker'], everything: ['/'], typed: ['/'] },
    },
    { kind: 'new-rule', when: 'afterwards', code: 'eci-on', params: {} },
    { kind: 'new-rule', when: 'afterwards', code: 'backend', params: { id: 'exclusive' } },
    ...plan.effects.slice(3),
  ],
};
reviewPlans['reviewHuge'] = {
  ...plan,
  eciBefore: true,
  restartNeeded: false,
  reloadNeeded: false,
  daemonJson: [],
  effects: [
    { kind: 'at-once', when: 'while-applying', code: 'gateway-reloads', params: {} },
    {
      kind: 'new-rule',
      when: 'afterwards',
      code: 'socket-images',
      params: {
        count: 3003,
        images: ['registry.example/team-0/tool-0:1', 'registry.example/team-1/tool-1:1'],
      },
    },
  ],
};
reviewPlans['notRoot'] = reviewPlans['rich'] ?? plan;
reviewPlans['reformatted'] = {
  ...plan,
  restartNeeded: false,
  reloadNeeded: false,
  daemonJson: [],
  eciBefore: true,
  effects: [{ kind: 'at-once', when: 'while-applying', code: 'gateway-reloads', params: {} }],
};
