import { findOutWhy } from '../../../decision/find-out-why';
import { html, link } from '../../../client/report/html';
import { table } from '../../../client/report/table';
import { reportPage } from '../../../client/report/report-page';
import { progress, START } from '../support/samples';
import { failed, story, underWay } from '../support/story';
import { encoded, history, signal, started } from '../support/recorded';
import type { Told } from '../support/recorded';

const VOID = ['meta', 'br', 'rect'];

/** Every element in the page in its order; throws where one is not closed, or closed twice. */
function elementsOf(page: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const [, body = ''] = page.split('<!DOCTYPE html>');
  for (const [, closing, name = '', , selfClosing] of body.matchAll(
    /<(\/?)([a-z0-9]+)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/g,
  )) {
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes something else`);
    } else {
      seen.push(name);
      if (selfClosing !== '/' && !VOID.includes(name)) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  // Whatever is left with an angle bracket was no element of ours.
  const rest = body
    .replaceAll(/<style>[^<]*<\/style>/g, '')
    .replaceAll(/<\/?[a-z0-9]+(?:\s+[\w:-]+="[^"<>]*")*\s*\/?>/g, '');
  if (/[<>]/.test(rest)) throw new Error(`something is not escaped: ${/.{0,40}[<>].{0,40}/.exec(rest)?.[0] ?? ''}`);
  return seen;
}

/** What a reader reads. */
const textOf = (page: string): string =>
  page
    .replaceAll(/<style>[^<]*<\/style>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('the page of a deployment', () => {
  it('tells the verdict, what was asked, the plan, what was wrong, the time, who stepped in, and the logbook', () => {
    const page = reportPage(failed());
    const text = textOf(page);
    for (const part of [
      'rolled-back (exit code 3): it did not hold; the former configuration is proven to run',
      'no new container came up for 20 s: storefront-web-2 is stopped',
      "Next: Look at the container's log, mend the image and deploy again.",
      'What was asked Service prod storefront/web By jane@host Why ticket 7 Image example/web:2',
      'Sidekicks log=example/log:2 Variables set PASSWORD Labels set team',
      'Configuration From To primary example/web:1 example/web:2',
      'storefront-web-2 (primary, new): stopped, unhealthy, exit code 137, started again 3 times; Rancher says: OOM <killed>',
      "Rancher's own log Time Level What 2026-11-23T19:00:04Z error service.trigger.info: Timeout waiting for instance",
      'waiting 2026-11-23T19:00:00Z 20 s',
      'confirm by pat <pat@host> (looks "good") is refused: nothing to confirm',
      'upgrade (round 1) is sent to Rancher: primary → docker:example/web:2',
    ])
      expect(text).toContain(part);
    const elements = elementsOf(page);
    expect(elements.filter((name) => name === 'h2')).toHaveLength(6);
  });

  it('needs nothing else: nothing is loaded, nothing runs, and links lead only where they say', () => {
    const page = reportPage(failed());
    const elements = elementsOf(page);
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'embed', 'form', 'base', 'use', 'image'])
      expect(elements).not.toContain(name);
    expect(page).not.toMatch(/\b(src|srcset|action|on[a-z]+|style)="|@import|url\(/);
    expect(page).toContain(`http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;`);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, to]) => to);
    expect(links.length).toBe(3);
    for (const to of links) expect(to).toMatch(/^http:\/\/(rancher|127\.0\.0\.1:8233)\//);
  });

  it('has its picture in words, too: a title, and a table with the same', () => {
    const page = reportPage(failed());
    expect(page).toContain('role="img"');
    expect(page).toMatch(
      /<title id="timeline-title">Where the time went: resolving 0\.3 s, waiting 20 s, rolling-back 2\.7 s; 23 s in all<\/title>/,
    );
    expect(elementsOf(page).filter((name) => name === 'rect')).toHaveLength(3);
    expect(page).toMatch(/prefers-color-scheme: dark/);
    expect(page).toMatch(/@media print/);
    expect(page).toMatch(/<html lang="en">/);
  });

  it('does not send whoever reads why to find out why', () => {
    const base = failed();
    if (base.outcome === null) throw new Error('it is over');
    const sent = { ...base, outcome: { ...base.outcome, nextStep: findOutWhy(base.deployment) } };
    const text = textOf(reportPage(sent));
    expect(text).toContain('Next: Mend what is named here, then deploy again.');
    expect(text).not.toContain('drover why');
  });

  it('lets no text become markup, wherever it comes from', () => {
    const evil = "\"><script>alert(1)</script><img src=x onerror='x'>&amp;\u202e\u0000";
    const base = failed();
    const page = reportPage({
      ...base,
      deployment: { ...base.deployment, service: evil, requestId: evil, requestedBy: evil, link: `javascript:${evil}` },
      images: [{ config: evil, from: evil, to: evil }],
      rancherUrl: `http://rancher/${evil}`,
      outcome: { verdict: 'failed', reason: evil, nextStep: evil, result: null },
      diagnosis: base.diagnosis === null ? null : { ...base.diagnosis, state: evil, message: evil },
      logbook: { cut: 0, kept: 1, lines: [{ at: START, level: 'info', phase: evil, text: evil, from: 'workflow' }] },
      timeline: [],
      record: {
        ...base.record,
        entries: base.record.entries.map((one) => ({ ...one, ...('why' in one ? { why: evil } : {}) })),
      },
    });
    const elements = elementsOf(page);
    expect(elements).not.toContain('script');
    expect(elements).not.toContain('img');
    expect(page).not.toMatch(/href="javascript|[\u202e\u0000]/);
    expect(textOf(page)).toContain('"><script>alert(1)</script>');
  });

  it('of one that runs says where it is, and that it goes on', () => {
    const text = textOf(reportPage(underWay(progress({ attention: 'it was told to wait' }))));
    expect(text).toContain('It still runs: in the phase waiting, for 1 min so far. it was told to wait');
    expect(text).toContain('It still runs: the last one goes on.');
    expect(text).toContain('Who stepped in Nobody.');
    expect(textOf(reportPage(underWay(null)))).toContain('It still runs: no worker answers');
  });

  it('says what it cannot tell', () => {
    const events = history({ ...started, input: encoded } as Told, { ...signal('cancel'), input: encoded } as Told);
    const text = textOf(reportPage(story(events, null, null)));
    expect(text).toContain('A codec has encoded a part of the history (binary/encrypted): that part is not told here.');
    expect(text).toContain('By jane@host Image example/web:2');
    expect(text).toContain('Plan The service was not looked up: there is no plan.');
    expect(text).toContain('No worker answers, so this is told from the history in Temporal');
  });
});

describe('a piece of a page', () => {
  it('escapes what is text, and takes pieces as they are', () => {
    expect(html`<b title="${'"x"'}">${"<&'>"}</b>${html`<i>${1}</i>`}`.markup).toBe(
      '<b title="&quot;x&quot;">&lt;&amp;&#39;&gt;</b><i>1</i>',
    );
  });

  it('links to the web alone', () => {
    expect(link('https://a/?b&c').markup).toBe('<a href="https://a/?b&amp;c" rel="noreferrer">https://a/?b&amp;c</a>');
    for (const other of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//host/x'])
      expect(link(other).markup).toBe(other);
  });
});

describe('a table of a page', () => {
  it('has heads, a caption, and a head for each row, where they are asked for; its texts are escaped', () => {
    const columns = [{ head: 'Phase', holds: 'name' }, { head: 'From', holds: 'time' }, { head: 'What' }] as const;
    const { markup } = table(columns, [['a<b', '1', html`<i>x</i>`]], 'All "of" it');
    expect(markup.replaceAll(/\s+(?=<)|(?<=>)\s+/g, '')).toBe(
      '<table><caption>All &quot;of&quot; it</caption>' +
        '<thead><tr><th scope="col">Phase</th><th scope="col">From</th><th scope="col">What</th></tr></thead>' +
        '<tbody><tr><th scope="row">a&lt;b</th><td class="time">1</td><td><i>x</i></td></tr></tbody></table>',
    );
    expect(table([{ head: 'To', isTold: true }], [['x']]).markup).toContain('<td data-head="To">x</td>');
    expect(table([{ head: '' }], [['x']]).markup).not.toMatch(/thead|caption/);
  });
});
