import {
  Component,
  Suspense,
  useEffect,
  useLayoutEffect,
  useState,
  type ErrorInfo,
  type ReactNode,
} from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CssBaseline from '@mui/material/CssBaseline';
import GlobalStyles from '@mui/material/GlobalStyles';
import { ThemeProvider, useColorScheme } from '@mui/material/styles';
import { LoadingRows } from '../components/empty-and-loading.tsx';
import { ErrorPanel, Notice } from '../components/error-panel.tsx';
import { useLanguage } from '../i18n/index.ts';
import { globalStyles, theme } from '../theme/theme.ts';
import { narrow, size } from '../theme/tokens.ts';
import { StoreProvider, useAppPart, useSnapshotPart, useStore } from '../state/context.tsx';
import { CommandPalette } from './frame/command-palette.tsx';
import { DraftFooter } from './frame/draft-footer.tsx';
import { MissingPage } from './frame/missing-page.tsx';
import { MissingRootNotice } from './frame/missing-root-notice.tsx';
import { Navigation } from './frame/navigation.tsx';
import { ConflictNotice } from './frame/conflict-notice.tsx';
import { EnforcementNotice } from './frame/enforcement-notice.tsx';
import { UnprotectedNotice } from './frame/unprotected-notice.tsx';
import { UnsavedPreferencesNotice } from './frame/preferences-error-notice.tsx';
import { TargetNotice } from './frame/target-notice.tsx';
import { TitleBar } from './frame/title-bar.tsx';
import { useShortcuts } from './frame/use-shortcuts.ts';
import { WindowFrame } from './frame/window-frame.tsx';
import { missingBecause } from '../../shared/targets/capabilities.ts';
import { manifests } from '../pages/manifests.ts';
import { loadOtherPages, pageComponent } from '../pages/pages.ts';
import { useRoute } from '../state/router.ts';
import type { PageId } from '../../shared/pages/pages.ts';
import type { AppStore } from '../state/snapshot.ts';

export function App({ store }: { readonly store: AppStore }) {
  // Main stores the preference. Not in localStorage, too: reading it would block on a busy main process.
  const [mode] = useState(() => store.get().app?.preferences.theme ?? 'system');
  return (
    <ThemeProvider theme={theme} defaultMode={mode} storageManager={null} disableTransitionOnChange noSsr>
      <CssBaseline />
      <GlobalStyles styles={globalStyles} />
      <StoreProvider store={store}>
        <Window />
      </StoreProvider>
    </ThemeProvider>
  );
}

/** Waits for the first state; shows an error if main does not send it. */
function Window() {
  const started = useSnapshotPart(({ app }) => app !== null);
  const language = useSnapshotPart(({ app }) => app?.preferences.language ?? null);
  const loadError = useSnapshotPart((snapshot) => snapshot.loadError);
  const store = useStore();
  const { t } = useTranslation();
  const worded = useLanguage(language);
  if (started && worded) return <Frame />;
  return (
    <WindowFrame
      titleBar={<TitleBar platform="" onSearch={null} />}
      navigation={<Box sx={{ width: size.navigation, flexShrink: 0, [narrow]: { width: 56 } }} />}
    >
      <Box component="main" sx={{ flex: 1, padding: 4 }}>
        <h1 className="visually-hidden">{t('frame.app')}</h1>
        <Box sx={{ maxWidth: 720 }}>
          {loadError === null && <LoadingRows />}
          {loadError !== null && (
            <ErrorPanel
              error={loadError}
              title={t('frame.noState.title')}
              action={
                <Button
                  onClick={() => {
                    void store.load();
                  }}
                >
                  {t('button.tryAgain')}
                </Button>
              }
            />
          )}
        </Box>
      </Box>
    </WindowFrame>
  );
}

/**
 * Until then a page that is being loaded has no placeholder, ms. React keeps the empty one for 300 ms,
 * however soon the page is there: shown earlier, rows would only flash.
 */
const placeholderAfterMs = 400;

function Frame() {
  const platform = useAppPart((app) => app.platform);
  const engine = useAppPart((app) => app.target.id);
  const { page } = useRoute();
  const { setMode } = useColorScheme();
  const [searching, setSearching] = useState(false);
  const mode = useAppPart((app) => app.preferences.theme);
  useEffect(() => {
    setMode(mode);
  }, [setMode, mode]);
  useShortcuts({
    onSearch: () => {
      setSearching(true);
    },
  });

  return (
    <>
      <WindowFrame
        titleBar={
          <TitleBar
            platform={platform}
            onSearch={() => {
              setSearching(true);
            }}
          />
        }
        navigation={<Navigation />}
      >
        <TargetNotice />
        <MissingRootNotice />
        <EnforcementNotice />
        <ConflictNotice />
        <UnsavedPreferencesNotice />
        <UnprotectedNotice />
        <Box component="main" data-region="page" tabIndex={-1} sx={{ flex: 1, minHeight: 0 }}>
          <PageBoundary key={pageKey(page, engine)}>
            <Suspense
              fallback={
                <Box sx={{ padding: '80px 32px' }}>
                  <LoadingRows after={placeholderAfterMs} />
                </Box>
              }
            >
              <PageContent id={page} />
            </Suspense>
          </PageBoundary>
        </Box>
        <DraftFooter key={engine} />
      </WindowFrame>
      <CommandPalette
        open={searching}
        onClose={() => {
          setSearching(false);
        }}
      />
    </>
  );
}

/**
 * Remounts a page about an engine when the engine changes, so that no dialog or result of the previous engine
 * stays.
 */
const pageKey = (page: PageId, engine: string): string =>
  manifests[page].scope === 'app' ? page : `${page} ${engine}`;

/** The page with its content; reports when it is on screen. */
function PageContent({ id }: { readonly id: PageId }) {
  const store = useStore();
  const [Content] = useState(() => pageComponent(id));
  useLayoutEffect(() => {
    // After the paint, not before it: in the second frame the first one is on screen.
    const first = requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        store.painted();
        loadOtherPages();
      });
    });
    return () => {
      cancelAnimationFrame(first);
    };
  }, [store]);
  const feature = manifests[id].needs;
  const missing =
    missingBecause(
      useAppPart((app) => app.target.capabilities),
      feature ?? 'apply',
    ) !== null;
  return feature !== undefined && missing ? <MissingPage id={id} feature={feature} /> : <Content />;
}

/** Error boundary of a page: the frame keeps working. */
class PageBoundary extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };
  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }
  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Crashed
        error={this.state.error}
        onAgain={() => {
          this.setState({ error: null });
        }}
      />
    );
  }
}

function Crashed({ error, onAgain }: { readonly error: Error; readonly onAgain: () => void }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ padding: 4, maxWidth: 720 }}>
      <Notice
        tone="danger"
        live="assertive"
        title={t('frame.crash.title')}
        action={<Button onClick={onAgain}>{t('frame.crash.again')}</Button>}
      >
        {t('frame.crash.body')} <span lang="en">{error.message}</span>
      </Notice>
    </Box>
  );
}
