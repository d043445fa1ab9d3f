import type { ThemeOptions } from '@mui/material/styles';
import { ChevronDownIcon } from './icons.ts';
import { color, fontBody, low, size } from './tokens.ts';

const ring = { outline: `2px solid ${color.accentText}`, outlineOffset: 2 };

/** MUI's components in this app: flat, with 1-px borders and the heights of `size`. */
export const componentOverrides: NonNullable<ThemeOptions['components']> = {
  MuiButtonBase: {
    defaultProps: { disableRipple: true },
    // A button element does not inherit the font by default.
    styleOverrides: { root: { fontFamily: 'inherit', '&.Mui-focusVisible': ring } },
  },
  // Without MUI's global keyframes of each field, for autofill, which no field here has: Chromium would
  // compute the styles of the whole window again for each.
  MuiInputBase: {
    defaultProps: { disableInjectingGlobalStyles: true },
    styleOverrides: { input: { '&::placeholder': { color: color.text3, opacity: 1 } } },
  },
  MuiButton: {
    defaultProps: { disableElevation: true, variant: 'outlined', color: 'inherit' },
    styleOverrides: {
      root: {
        height: 32,
        minWidth: 0,
        padding: '0 12px',
        borderRadius: size.radiusControl,
        whiteSpace: 'nowrap',
        flexShrink: 0,
        lineHeight: '20px',
        transition: 'background-color 80ms ease-out, border-color 80ms ease-out',
        '& .MuiButton-startIcon': { marginLeft: -2, marginRight: 6, '& > svg': { fontSize: 16 } },
      },
      sizeSmall: { height: 28, padding: '0 10px', fontSize: 13 },
      contained: {
        backgroundColor: color.accent,
        color: '#FFFFFF',
        '&:hover': { backgroundColor: color.accentHover },
        '&.Mui-disabled': { backgroundColor: color.neutralSoft, color: color.text3 },
      },
      outlined: {
        borderColor: color.borderStrong,
        color: color.text,
        backgroundColor: color.card,
        '&:hover': { backgroundColor: color.hover, borderColor: color.control },
        '&.Mui-disabled': { borderColor: color.border, color: color.text3 },
      },
      text: {
        color: color.text2,
        '&:hover': { backgroundColor: color.hover },
        '&.Mui-disabled': { color: color.text3 },
      },
    },
    variants: [
      {
        props: { color: 'error', variant: 'outlined' },
        style: {
          color: color.danger,
          borderColor: color.borderStrong,
          '&:hover': { backgroundColor: color.dangerSoft, borderColor: color.danger },
        },
      },
      {
        props: { color: 'primary', variant: 'text' },
        style: { color: color.accentText, '&:hover': { backgroundColor: color.accentSoft } },
      },
    ],
  },
  MuiIconButton: {
    styleOverrides: {
      root: {
        width: 28,
        height: 28,
        padding: 0,
        borderRadius: size.radiusControl,
        color: color.text2,
        '&:hover': { backgroundColor: color.hover },
        '& svg': { fontSize: 18 },
      },
    },
  },
  MuiSwitch: {
    defaultProps: { disableRipple: true },
    styleOverrides: {
      root: { width: 36, height: 20, padding: 0, overflow: 'visible', flexShrink: 0 },
      switchBase: {
        padding: 2,
        transitionDuration: '80ms',
        '&.Mui-checked': {
          transform: 'translateX(16px)',
          color: '#FFFFFF',
          '& + .MuiSwitch-track': { backgroundColor: color.accent, opacity: 1 },
        },
        '&.Mui-disabled + .MuiSwitch-track': { opacity: 0.45 },
        '&.Mui-disabled': { color: '#FFFFFF' },
        '&.Mui-focusVisible': { outline: 'none' },
        '&.Mui-focusVisible + .MuiSwitch-track': ring,
      },
      thumb: { width: 16, height: 16, boxShadow: 'none', backgroundColor: '#FFFFFF' },
      track: { borderRadius: 10, backgroundColor: color.switchOff, opacity: 1 },
    },
  },
  MuiCheckbox: {
    defaultProps: { disableRipple: true, size: 'small' },
    styleOverrides: {
      root: {
        padding: 4,
        color: color.control,
        borderRadius: 4,
        '&.Mui-checked, &.MuiCheckbox-indeterminate': {
          color: color.accent,
          '&.Mui-disabled': { opacity: 0.45 },
        },
        '& svg': { fontSize: 18 },
      },
    },
  },
  MuiRadio: {
    defaultProps: { disableRipple: true, size: 'small' },
    styleOverrides: {
      root: {
        padding: 4,
        color: color.control,
        '&.Mui-checked': { color: color.accent, '&.Mui-disabled': { opacity: 0.45 } },
        '& svg': { fontSize: 18 },
      },
    },
  },
  MuiToggleButtonGroup: {
    styleOverrides: {
      root: {
        backgroundColor: color.segment,
        border: `1px solid ${color.border}`,
        borderRadius: size.radiusControl,
        padding: 1,
        minHeight: 32,
        boxSizing: 'border-box',
        flexShrink: 0,
        // In a narrow window, or at 200 %.
        flexWrap: 'wrap',
        maxWidth: '100%',
      },
    },
  },
  MuiToggleButton: {
    styleOverrides: {
      root: {
        height: 28,
        padding: '0 10px',
        border: '0 !important',
        borderRadius: '5px !important',
        margin: '0 !important',
        color: color.text2,
        fontSize: 13,
        fontWeight: 500,
        textTransform: 'none',
        whiteSpace: 'nowrap',
        gap: 6,
        '&:hover': { backgroundColor: 'transparent', color: color.text },
        '&.Mui-selected, &.Mui-selected:hover': {
          backgroundColor: color.segmentOn,
          color: color.text,
          fontWeight: 600,
          boxShadow: `0 0 0 1px ${color.border}`,
        },
        '& .count': { color: color.text3, fontWeight: 400 },
      },
    },
  },
  MuiOutlinedInput: {
    styleOverrides: {
      root: {
        minHeight: 32,
        fontSize: 13,
        borderRadius: size.radiusControl,
        backgroundColor: color.card,
        '& .MuiOutlinedInput-notchedOutline': {
          borderColor: color.control,
          top: 0,
          '& legend': { display: 'none' },
        },
        '&:hover .MuiOutlinedInput-notchedOutline': { borderColor: color.text3 },
        '&.Mui-focused .MuiOutlinedInput-notchedOutline': { borderColor: color.accentText, borderWidth: 2 },
        '&.Mui-error .MuiOutlinedInput-notchedOutline': { borderColor: color.danger },
      },
      input: {
        padding: '6px 10px',
        height: 20,
        '&:focus-visible': { outline: 'none' },
      },
      adornedStart: {
        paddingLeft: 10,
        '& .MuiInputAdornment-root': { marginRight: 2, color: color.text3, '& svg': { fontSize: 18 } },
      },
    },
  },
  MuiSelect: {
    defaultProps: { IconComponent: ChevronDownIcon },
    styleOverrides: {
      select: {
        padding: '6px 32px 6px 12px',
        minHeight: '20px',
        lineHeight: '20px',
        '&:focus-visible': { outline: 'none' },
      },
      icon: { fontSize: 18, right: 8, color: color.text2 },
    },
  },
  MuiInputLabel: { defaultProps: { shrink: true } },
  MuiFormHelperText: {
    styleOverrides: {
      root: {
        margin: '4px 0 0',
        fontSize: 12,
        lineHeight: '16px',
        color: color.text3,
        '&.Mui-error': { color: color.danger },
      },
    },
  },
  MuiPaper: { defaultProps: { elevation: 0 }, styleOverrides: { root: { backgroundImage: 'none' } } },
  MuiMenu: {
    // In the page, so that popups belong to one of its landmarks; over a dialog, which makes the page inert,
    // in the body.
    defaultProps: {
      container: () =>
        document.querySelector('[role="dialog"]') === null ? document.querySelector('main') : document.body,
    },
    styleOverrides: {
      paper: {
        border: `1px solid ${color.border}`,
        borderRadius: size.radiusCard,
        boxShadow: `0 8px 24px ${color.shadow}`,
        marginTop: 4,
        backgroundColor: color.card,
      },
      list: { padding: '4px' },
    },
  },
  MuiMenuItem: {
    styleOverrides: {
      root: {
        minHeight: 32,
        '@media (min-width:600px)': { minHeight: 32 },
        fontSize: 13,
        padding: '0 10px',
        borderRadius: size.radiusControl,
        gap: 8,
        '&.Mui-selected, &.Mui-selected:hover': { backgroundColor: color.accentSoft },
        '&.Mui-focusVisible': { outlineOffset: -2 },
      },
    },
  },
  MuiPopover: { styleOverrides: { paper: { boxShadow: `0 8px 24px ${color.shadow}` } } },
  MuiDialog: {
    styleOverrides: {
      paper: {
        borderRadius: size.radiusPanel,
        boxShadow: `0 16px 48px ${color.shadow}`,
        margin: 16,
        // Leaves more of a low window to the dialog's content.
        [low]: { margin: 8, maxHeight: 'calc(100% - 16px)' },
        backgroundColor: color.card,
        border: `1px solid ${color.border}`,
      },
      root: { '& .MuiBackdrop-root': { backgroundColor: color.scrim } },
    },
  },
  MuiDialogTitle: {
    styleOverrides: {
      root: {
        fontSize: 18,
        lineHeight: '24px',
        fontWeight: 600,
        padding: '24px 24px 0',
        [low]: { fontSize: 16, lineHeight: '20px', padding: '12px 24px 0' },
      },
    },
  },
  MuiDialogContent: { styleOverrides: { root: { padding: '8px 24px 16px', color: color.text2 } } },
  MuiDialogActions: {
    styleOverrides: {
      root: {
        padding: '16px 24px',
        [low]: { padding: '8px 24px' },
        gap: 8,
        borderTop: `1px solid ${color.border}`,
        backgroundColor: color.subtle,
        '& > :not(style) ~ :not(style)': { marginLeft: 0 },
      },
    },
  },
  MuiTooltip: {
    defaultProps: { enterDelay: 500 },
    styleOverrides: {
      tooltip: {
        backgroundColor: color.text,
        color: color.bg,
        fontSize: 12,
        lineHeight: '16px',
        fontWeight: 400,
        padding: '4px 8px',
        maxWidth: 420,
      },
    },
  },
  MuiAlert: {
    styleOverrides: {
      root: {
        borderRadius: size.radiusControl,
        padding: '8px 12px',
        fontSize: 13,
        alignItems: 'center',
        color: color.text2,
      },
      message: { padding: 0 },
      icon: { padding: 0, marginRight: 12, fontSize: 18 },
      action: { padding: 0, marginRight: 0, alignItems: 'center' },
    },
  },
  MuiChip: { styleOverrides: { root: { height: 24, borderRadius: 12, fontSize: 12, fontWeight: 500 } } },
  MuiTable: { styleOverrides: { root: { fontFamily: fontBody } } },
  MuiTableRow: { styleOverrides: { root: { '&:last-child > td': { borderBottom: 0 } } } },
  MuiTableCell: {
    styleOverrides: {
      root: {
        padding: '0 8px 0 16px',
        height: 34,
        letterSpacing: 0,
        fontSize: 13,
        lineHeight: '20px',
        borderColor: color.border,
        color: color.text,
      },
      head: {
        height: 31,
        fontSize: 12,
        lineHeight: '16px',
        fontWeight: 500,
        color: color.text3,
        backgroundColor: color.subtle,
        whiteSpace: 'nowrap',
      },
    },
  },
  MuiLink: {
    defaultProps: { underline: 'hover' },
    styleOverrides: {
      root: { color: color.accentText, fontWeight: 500, '&.Mui-focusVisible': { ...ring, borderRadius: 2 } },
    },
  },
  MuiSnackbarContent: {
    styleOverrides: {
      root: {
        backgroundColor: color.text,
        color: color.bg,
        borderRadius: size.radiusCard,
        padding: '4px 16px',
        minHeight: 40,
        // A button stays beside a text of several lines.
        flexWrap: 'nowrap',
      },
      message: { padding: '6px 0', minWidth: 0, overflowWrap: 'anywhere' },
    },
  },
  MuiLinearProgress: {
    styleOverrides: {
      root: { height: 4, borderRadius: 2, backgroundColor: color.track },
      bar: { backgroundColor: color.accent, borderRadius: 2 },
    },
  },
  MuiCircularProgress: { defaultProps: { size: 16, thickness: 5, disableShrink: true } },
  MuiListItemButton: { styleOverrides: { root: { '&.Mui-focusVisible': { ...ring, outlineOffset: -2 } } } },
  MuiSkeleton: {
    defaultProps: { animation: false },
    styleOverrides: { root: { backgroundColor: color.neutralSoft } },
  },
};
