import { exitCodeOf, VERDICTS } from '../../decision/verdict';
import { formatDuration } from '../input/duration';
import { clean } from '../render/clean';
import type { JobSummary, Standing } from './job-summary';
import { standingOf } from './job-summary';

const MARKS: Readonly<Record<Standing, string>> = { passed: '✅', failed: '❌', error: '⚠️', skipped: '⏭️' };

/**
 * A summary in Markdown, as GitHub shows it for a job: verdict, reason, next step, facts, parts, and the logbook folded away.
 *
 * @param redact takes out what must not be shown
 */
export function summaryMarkdown(summary: JobSummary, redact: (text: string) => string): string {
  const m = (text: string): string => escaped(redact(text));
  const { what, title, verdict, reason, nextStep, startedAt, endedAt, facts, parts, log } = summary;
  const exitCode = exitCodeOf(verdict);
  const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `### ${MARKS[standingOf(verdict)]} Drover: ${what} ${m(title)}: ${verdict}`,
    '',
    `**${m(VERDICTS[verdict].meaning)}** (exit code ${String(exitCode)}, ${m(formatDuration(Math.max(0, endedAt - startedAt)))})`,
    '',
    ...(reason === '' ? [] : [m(reason), '']),
    ...(nextStep === '' ? [] : [`**Next:** ${m(nextStep)}`, '']),
    ...(facts.length === 0 ? [] : [row('', ''), row('---', '---'), ...facts.map(factRow), '']),
    ...(parts.length === 0
      ? []
      : [
          row('', what === 'release' ? 'Service' : 'Stage', 'State', 'Images', 'Why'),
          row('---', '---', '---', '---', '---'),
          ...parts.map(({ standing, name, state, change, reason: why }) =>
            row(MARKS[standing], m(name), m(state), m(change), m(why)),
          ),
          '',
        ]),
    ...(log.length === 0
      ? []
      : [
          `<details><summary>Logbook (${String(log.length)} lines)</summary>`,
          '',
          '<pre>',
          ...log.map(({ at, level, text }) => inHtml(redact(`${iso(at)} ${level.toUpperCase()} ${text}`))),
          '</pre>',
          '',
          '</details>',
          '',
        ]),
  ].join('\n');

  function factRow([name, text]: readonly [string, string]): string {
    const shown = redact(text);
    return row(m(name), isLink(shown) ? `<${shown}>` : m(text));
  }
}

/** Nothing in it can end the link, or the cell of the table. */
function isLink(text: string): boolean {
  return /^https?:\/\/[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$/.test(text);
}

/** Every sign that Markdown, or HTML within it, would take for its own. */
function escaped(text: string): string {
  return inHtml(text)
    .replaceAll(/[\\`*_{}[\]()#+\-!|~@]/g, '\\$&')
    .replaceAll('://', '&#58;//')
    .replaceAll(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`);
}

function inHtml(text: string): string {
  return clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function iso(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');
}
