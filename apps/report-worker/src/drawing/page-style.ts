export const colours = {
  text: '#1f2328',
  quiet: '#59636e',
  line: '#d1d9e0',
  stripe: '#f6f8fa',
  succeeded: '#2da44e',
  deadLettered: '#cf222e',
  other: '#9aa4ae',
} as const;

/** Points around what is drawn. */
export const margin = 48;
/** Points kept free below it for the foot of the page. */
export const footHeight = 28;
