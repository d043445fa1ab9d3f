import type { TFunction } from 'i18next';
import { isRuleCode } from '../../../shared/rules/index.ts';
import type { Explanation } from '../../../shared/explain/explanation.ts';
import type { RowOutcome, RuleRow } from '../../../shared/explain/rows.ts';
import { parseBind } from '../../../shared/policy/bind-spec.ts';
import { pageOfSetting } from '../../../shared/pages/setting-page.ts';
import { hrefFor } from '../../state/router.ts';
import type { PageId } from '../../../shared/pages/pages.ts';
import { translateText } from '../../i18n/translate.ts';

/** A row's two lines, with `code` between backticks. */
export interface RowText {
  readonly title: string;
  readonly text: string;
  /** Result of examining an image. */ readonly detail?: string;
}

/** Texts of a row. `shares` are the shared directories, as written. */
export function rowText(
  t: TFunction,
  row: RuleRow,
  shares: string,
  explanation: Explanation,
  list: (names: readonly string[]) => string,
): RowText {
  const { what } = row;
  switch (what.kind) {
    case 'passed':
      return {
        title: t(`simulator.passed.${what.code}.title`),
        text: t(`simulator.passed.${what.code}.text`),
      };
    case 'image': {
      const { allowedBy: entry, imageId, detail } = what.image;
      const text =
        detail !== ''
          ? t('simulator.image.derived', { base: detail, entry })
          : imageId === ''
            ? t('simulator.image.any', { entry })
            : t('simulator.image.by', { id: shortId(imageId), entry });
      return { title: t('simulator.image.title'), text };
    }
    case 'finding': {
      const { finding } = what;
      if (!isRuleCode(finding.rule))
        return {
          title: t('simulator.verdict.undecided'),
          text: translateText(finding.message, finding.sentences?.what),
        };
      const title = t(`rules.title.${finding.rule}`);
      if (finding.rule === 'bind-not-shared') {
        const path = finding.subject?.path ?? sourceOf(finding.part?.value ?? '');
        if (path !== '')
          return {
            title,
            text:
              shares === ''
                ? t('simulator.rules.sharedNone', { path })
                : t('simulator.rules.shared', { path, shares }),
          };
      }
      const commands =
        finding.rule === 'own-socket'
          ? explanation.images.find((image) => image.commands !== undefined)?.commands
          : undefined;
      if (commands !== undefined) return { title, text: commandText(t, commands, list) };
      const untrusted =
        finding.rule === 'socket-mount'
          ? (explanation.images.find((image) => !image.trusted && image.image === finding.subject?.image) ??
            explanation.images.find((image) => !image.trusted))
          : undefined;
      return {
        title,
        text: t(`rules.why.${finding.rule}`),
        ...(untrusted === undefined || untrusted.detail === ''
          ? {}
          : { detail: translateText(untrusted.detail, untrusted.sentence) }),
      };
    }
  }
}

/** Describes the commands that the container's own socket allows. */
function commandText(
  t: TFunction,
  { type, names }: { readonly type: 'allow' | 'deny'; readonly names: readonly string[] },
  list: (names: readonly string[]) => string,
): string {
  const shown = list(names.slice(0, 12).map((name) => `\`${name}\``)) + (names.length > 12 ? ' …' : '');
  if (names.length === 0) return t(type === 'allow' ? 'simulator.socket.none' : 'simulator.socket.all');
  return t(type === 'allow' ? 'simulator.socket.only' : 'simulator.socket.allBut', { commands: shown });
}

const shortId = (id: string): string => id.replace(/^sha256:/, '').replace(/^(.{4}).*(.{4})$/, '$1…$2');

/** The source of a bind, as requested. */
export function sourceOf(value: string): string {
  const parsed = parseBind(value);
  return parsed.ok && parsed.spec.kind === 'path' ? parsed.spec.source : '';
}

const socketMount = '/enhancedContainerIsolation/dockerSocketMount';
const isolation = { page: 'isolation', pointer: '/enhancedContainerIsolation/value' } as const;

/**
 * The page with the setting of a rule, or its explanation. `images` is the list of allowed images used for
 * the decision.
 */
export function placeOfRule(
  { what }: Pick<RuleRow, 'what'>,
  images: readonly string[],
): { readonly page: PageId; readonly pointer?: string } {
  switch (what.kind) {
    case 'image': {
      const at = images.indexOf(what.image.allowedBy);
      return {
        page: 'docker-socket',
        pointer: `${socketMount}/imageList/images${at === -1 ? '' : `/${at}`}`,
      };
    }
    case 'passed':
      return what.code === 'shared-bind'
        ? { page: 'file-sharing', pointer: '/filesharingAllowedDirectories' }
        : isolation;
    case 'finding': {
      const { rule, setting } = what.finding;
      if (rule === 'container-unprotected' || rule === 'foreign-namespace') return { page: 'containers' };
      if (setting !== null && setting !== '') return { page: pageOfSetting(setting), pointer: setting };
      if (rule === 'own-socket' || rule === 'command-blocked')
        return { page: 'docker-socket', pointer: `${socketMount}/commandList` };
      if (rule === 'socket-mount') return { page: 'docker-socket', pointer: `${socketMount}/imageList` };
      if (rule.startsWith('bind-') || rule === 'share-missing')
        return { page: 'file-sharing', pointer: '/filesharingAllowedDirectories' };
      return isolation;
    }
  }
}

/** The link to it. */
export function hrefOfRule(row: Pick<RuleRow, 'what'>, images: readonly string[]): string {
  const { page, pointer } = placeOfRule(row, images);
  return hrefFor(page, pointer === undefined ? {} : { pointer });
}

export const counted: readonly RowOutcome[] = ['deny', 'would-deny', 'missing', 'rewrite', 'allow'];
const countKeys = {
  deny: 'denied',
  'would-deny': 'wouldDeny',
  missing: 'missing',
  rewrite: 'changed',
  allow: 'allowed',
} as const;

/** "1 denied · 3 changed · 1 allowed" */
export function counts(t: TFunction, rows: readonly RuleRow[]): string {
  return counted
    .flatMap((outcome) => {
      const count = rows.filter((row) => row.outcome === outcome).length;
      return count === 0 ? [] : [t(`simulator.rules.${countKeys[outcome]}`, { count })];
    })
    .join(' · ');
}

/** A sentence within another one: without capital and full stop. */
export const asClause = (sentence: string): string =>
  `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`.replace(/[.。]$/, '');
