import type { CaughtMail } from '@jobstream/contracts/rest';

/** The policy of the page: it may show frames of mails and, since mails bring their styles, styles within the page. */
export const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Caught mails as a page that reloads itself. A mail's own HTML is shown in a frame without scripts, forms and links. */
export function writeMailPage(mails: readonly CaughtMail[]): string {
  const articles = mails.map(writeMail).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Mail</title><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 48em; margin: 2em auto; padding: 0 1em; color: #1f2328 }
article { border: 1px solid #d1d9e0; border-radius: 6px; margin: 1em 0; padding: 0 1em 1em }
h2 { margin: .6em 0 0; font-size: 1.15em } p { margin: 0; color: #59636e }
iframe { width: 100%; height: 15em; border: 0; border-top: 1px solid #d1d9e0; margin-top: .6em }
</style></head><body>
<h1>Mail</h1>
<p>Caught by the mail server of the embedded stack: nothing was delivered. The newest ${mails.length}.</p>
${articles === '' ? '<p>No mail yet.</p>' : articles}
</body></html>
`;
}

function writeMail({ from, to, subject, receivedAt, messageId, html, text }: CaughtMail): string {
  const body = html === '' ? `<pre>${escapeHtml(text)}</pre>` : html;
  return `<article><h2>${escapeHtml(subject)}</h2>
<p>${escapeHtml(from)} to ${escapeHtml(to.join(', '))}<br>${escapeHtml(receivedAt)} · ${escapeHtml(messageId)}</p>
<iframe sandbox title="The mail" srcdoc="${escapeHtml(body)}"></iframe></article>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
