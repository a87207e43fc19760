import { exitCodeOf } from '../../decision/verdict';
import { clean } from '../render/clean';
import type { JobSummary, Standing, SummaryPart } from './job-summary';
import { standingOf } from './job-summary';

/**
 * A summary in JUnit's form, as Bamboo, GitLab, Jenkins and most others read it: a suite with a case for the whole, and one for each part.
 *
 * @param redact takes out what must not be shown
 */
export function junitXml(summary: JobSummary, redact: (text: string) => string): string {
  const x = (text: string): string => escaped(redact(text));
  const { what, title, verdict, reason, nextStep, startedAt, endedAt, facts, parts, log } = summary;
  const seconds = Math.max(0, (endedAt - startedAt) / 1000).toFixed(3);
  const whole = { name: title, standing: standingOf(verdict), state: verdict, change: '', reason };
  const counted = (standing: Standing): string =>
    String([whole, ...parts].filter((one) => one.standing === standing).length);
  const counts = `tests="${String(parts.length + 1)}" failures="${counted('failed')}" errors="${counted('error')}" skipped="${counted('skipped')}" time="${seconds}"`;
  const properties = [['Verdict', verdict], ['Exit code', String(exitCodeOf(verdict))], ...facts] as const;
  const caseOf = (part: SummaryPart, time: string, more: readonly string[]): string[] => [
    `    <testcase classname="drover.${what}" name="${x(part.name)}" time="${time}">`,
    ...problemOf(part, part === whole ? nextStep : '', x),
    ...more,
    '    </testcase>',
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="drover" ${counts}>`,
    `  <testsuite name="${x(`drover ${what} ${title}`)}" ${counts} timestamp="${new Date(startedAt).toISOString().slice(0, 19)}">`,
    '    <properties>',
    ...properties.map(([name, text]) => `      <property name="${x(name)}" value="${x(text)}"/>`),
    '    </properties>',
    ...caseOf(whole, seconds, [
      '      <system-out>',
      ...log.map(({ at, level, text }) => x(`${new Date(at).toISOString()} ${level.toUpperCase()} ${text}`)),
      '      </system-out>',
    ]),
    ...parts.flatMap((part) => caseOf(part, '0.000', [])),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function problemOf(part: SummaryPart, nextStep: string, x: (text: string) => string): string[] {
  const { standing, state, change, reason } = part;
  const message = reason === '' ? state : `${state}: ${reason}`;
  const text = [change, reason, nextStep === '' ? '' : `Next: ${nextStep}`].filter((line) => line !== '');
  if (standing === 'passed') return [];
  if (standing === 'skipped') return [`      <skipped message="${x(message)}"/>`];
  const tag = standing === 'failed' ? 'failure' : 'error';
  return [`      <${tag} type="${x(state)}" message="${x(message)}">${text.map(x).join('\n')}</${tag}>`];
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML does not allow at all is taken out: control characters, and the two that are none. */
function escaped(text: string): string {
  return clean(text)
    .replaceAll(/[\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
