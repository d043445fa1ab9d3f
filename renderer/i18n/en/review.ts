export const review = {
  title: 'Review & apply',
};
