/** Subject and text of a mail. */
export interface MailContent {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A part of a mail: words, or a link under its words. */
export type MailPart = string | { readonly words: string; readonly link: string };

/** A mail of plain paragraphs, as text and as HTML. Whatever the parts hold is shown, never interpreted. */
export function writeMail(subject: string, parts: readonly MailPart[]): MailContent {
  const text = parts.map((part) => (typeof part === 'string' ? part : `${part.words}: ${part.link}`));
  const html = parts.map((part) =>
    typeof part === 'string'
      ? `<p>${escapeHtml(part)}</p>`
      : `<p><a href="${escapeHtml(part.link)}">${escapeHtml(part.words)}</a></p>`,
  );
  return {
    subject,
    text: `${text.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="font: 16px/1.5 sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em">\n${html.join('\n')}\n</body></html>\n`,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
