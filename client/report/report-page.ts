import { triedText } from '../../decision/tried';
import { exitCodeOf, VERDICTS } from '../../decision/verdict';
import type { DeploymentStory } from '../deployment-story';
import { nextWhereTold } from '../explanation';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import { Html, html, NONE } from './html';
import { PAGE_STYLE } from './page-style';
import { logbookPart, peoplePart, timelinePart, wrongPart } from './what-happened';
import { askedPart, planPart } from './what-was-asked';

/** Nothing is loaded and nothing runs, whatever else is in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** A deployment as one page that needs nothing else: for a CI build, or the ticket of a change. */
export function reportPage(story: DeploymentStory): string {
  const { environment, stack, service } = story.deployment;
  const title = `${stack}/${service} in ${environment}`;
  // The style is ours and holds nothing from elsewhere: it must not be escaped.
  const style = new Html(`<style>${PAGE_STYLE}</style>`);
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <title>${title}: ${standingOf(story)}</title>
        ${style}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${verdictPart(story)} ${askedPart(story)} ${planPart(story)} ${wrongPart(story)} ${timelinePart(story)}
          ${peoplePart(story)} ${logbookPart(story)}
        </main>
        <footer>
          <p>
            Read at ${clock(story.now)} from the history in Temporal (run ${story.record.runId}). Times are
            UTC.${unreadableText(story)}
          </p>
        </footer>
      </body>
    </html> `.markup;
}

function standingOf({ outcome, progress }: DeploymentStory): string {
  return outcome === null ? `running (${progress?.phase ?? 'no worker answers'})` : outcome.verdict;
}

function verdictPart({ deployment, outcome, progress, record, now }: DeploymentStory): Html {
  if (outcome === null) {
    const startedAt = record.entries[0]?.at ?? now;
    const where = progress === null ? 'no worker answers' : `in the phase ${progress.phase}`;
    return html`<p class="verdict">It still runs: ${where}, for ${formatDuration(now - startedAt)} so far.</p>
      <p>${progress?.attention ?? progress?.next ?? 'It waits for a worker; nothing is lost.'}</p>`;
  }
  const { verdict, reason, nextStep, result } = outcome;
  const kind = exitCodeOf(verdict) === 0 ? 'good' : 'bad';
  const tried = (result?.tried ?? []).map((one) => html`<li>${triedText(one)}</li>`);
  return html`<p class="verdict ${kind}">${verdict} (exit code ${exitCodeOf(verdict)}): ${VERDICTS[verdict].meaning}</p>
    <p>${reason}</p>
    ${nextStep === '' ? NONE : html`<p>Next: ${nextWhereTold(deployment, nextStep)}</p>`}
    ${
      tried.length === 0
        ? NONE
        : html`<p>What was tried:</p>
            <ul>
              ${tried}
            </ul>`
    }`;
}

function unreadableText({ record }: DeploymentStory): string {
  if (record.unreadable.length === 0) return '';
  return ` A codec has encoded a part of the history (${record.unreadable.join(', ')}): that part is not told here.`;
}
