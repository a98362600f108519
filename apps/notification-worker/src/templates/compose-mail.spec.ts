import { describe, expect, it } from '@jest/globals';
import { composeMail } from './compose-mail.js';

const to = 'ada@example.com';
const reportId = '0190163d-8694-739b-aea5-966c26f8ad91';

describe('composeMail', () => {
  it('welcomes by name where there is one', () => {
    expect(composeMail({ to, template: 'welcome', data: { name: 'Ada' } }, 'http://x')).toMatchObject({
      subject: 'Welcome to Jobstream',
      text: expect.stringMatching(/^Hello Ada,\n\n/),
      html: expect.stringContaining('<p>Hello Ada,</p>'),
    });
    expect(composeMail({ to, template: 'welcome', data: {} }, 'http://x').text).toMatch(/^Hello,\n/);
  });

  it('shows what a name holds and does not interpret it', () => {
    const name = '<img src=x onerror="alert(\'&\')">';
    const { html, text, subject } = composeMail({ to, template: 'welcome', data: { name } }, 'http://x');
    expect(html).toContain('Hello &lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;,');
    expect(html).not.toContain('<img');
    expect(text).toContain(name);
    expect(subject).not.toContain('img');
  });

  it('links to the report', () => {
    const mail = composeMail(
      { to, template: 'report-ready', data: { reportId, reportType: 'usage' } },
      'https://jobs.example.com/',
    );
    expect(mail.subject).toBe('Your report is ready');
    expect(mail.text).toContain(`https://jobs.example.com/reports/${reportId}`);
    expect(mail.html).toContain(`href="https://jobs.example.com/reports/${reportId}"`);
  });
});
