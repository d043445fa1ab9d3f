/** Style of a ToggleButtonGroup in the head of a card: lower than those among controls. */
export const smallToggle = { minHeight: 28, '& .MuiToggleButton-root': { height: 24 } };
