import type { ComponentType } from 'react';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { PageId } from '../../shared/pages/pages.ts';
import type { TargetFeature } from '../../shared/targets/capabilities.ts';
import type { en } from '../../shared/messages/window/en/index.ts';

/** The groups of the navigation, in their order; those between the first and the last have a heading. */
export type NavigationGroup = 'top' | 'protect' | 'observe' | 'document' | 'bottom';

/**
 * What the frame of the window needs of a page before it loads it. Every `renderer/pages/<id>/manifest.ts`
 * has one. The page's name is the text `frame.page.<id>`.
 */
export interface PageManifest {
  /** Loads the page, which is a chunk of its own. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
  /**
   * Its entry in the navigation, the command palette and Ctrl 1–9. Absent: the page is only opened by other
   * pages and links.
   */
  readonly navigation?: {
    readonly group: NavigationGroup;
    readonly icon: ComponentType<SvgIconProps>;
    /** Not listed for an engine that does not support what the page needs. */
    readonly onlyWhereOffered?: boolean;
    /** A count beside the name. */
    readonly Badge?: ComponentType;
  };
  /** What an engine must support for the page; with another engine the page shows why it is empty. */
  readonly needs?: TargetFeature;
  /** Whether the page is about the open engine, and is remounted for another one, or about the app. */
  readonly scope: 'engine' | 'app';
  /** The page renders its own footer, in place of the one with the draft's changes. */
  readonly ownFooter?: boolean;
  /** Settings of the page that the command palette finds. */
  readonly searchableSettings?: readonly SearchableSetting[];
}

type Texts = typeof en;
type DesktopLabel =
  | `desktopSettings.${'proxy' | 'containersProxy'}.title`
  | `desktopSettings.groups.${'kubernetes' | 'scout'}.title`
  | `desktopSettings.entries.${Exclude<keyof Texts['desktopSettings']['entries'], 'state' | 'values'>}`;

/** Found by `frame.settingKeywords.<name>`, and by its label: `frame.settings.<name>`, or the page's own. */
export type SearchableSetting = (
  | { readonly name: keyof Texts['frame']['settings']; readonly label?: never }
  | { readonly name: keyof Texts['frame']['settingKeywords']; readonly label: DesktopLabel }
) & {
  /**
   * JSON pointer of the setting: it is offered on the page that edits it on the open engine. Absent: the page
   * as a whole is shown.
   */
  readonly pointer?: string;
};

/** A page with its id, as the frame lists it. */
export interface NavigationEntry extends NonNullable<PageManifest['navigation']> {
  readonly id: PageId;
}
