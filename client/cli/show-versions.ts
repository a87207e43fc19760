import { clean } from '../render/clean';
import { tableText } from '../render/table';
import type { Builds, BuildStanding } from '../versions/build-standing';
import { BUILD_STATES } from '../versions/build-standing';

/** Of one build, that are named for people. */
const MOST_SHOWN = 20;

/** Builds for people, or as JSON lines with a summary at the end. */
export function buildsText(found: Builds, json: boolean, columns: number | undefined): string {
  return json ? jsonLines(found) : peopleText(found, columns);
}

function jsonLines({ deployment, current, builds }: Builds): string {
  const lines = builds.map((one) => ({ type: 'build', deployment, ...one }));
  return [...lines, { type: 'builds', deployment, current, builds: builds.length, exitCode: 0 }]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

function peopleText({ deployment, current, builds }: Builds, columns: number | undefined): string {
  const head =
    current === null
      ? `Deployment ${deployment}: no build is current, new work goes to unversioned workers.`
      : `Deployment ${deployment}: new work goes to build ${current}.`;
  const rows = builds.map((one) => [one.buildId, stateOf(one), String(one.count), one.isPolled ? 'yes' : 'no']);
  const table = tableText(['BUILD', 'STATE', 'RUNNING', 'WORKERS'], rows, columns);
  return [clean(head), '', table.trimEnd(), ...builds.flatMap(whatRuns)].join('\n').concat('\n');
}

function stateOf({ state, percent }: BuildStanding): string {
  const share = percent === null ? '' : ` ${String(percent)} %`;
  return `${state}${share}: ${BUILD_STATES[state]}`;
}

/** What holds up a build that is to go. */
function whatRuns({ buildId, state, running, count, isPolled }: BuildStanding): string[] {
  if (state === 'current' || count === 0) return [];
  const shown = running.slice(0, MOST_SHOWN).map(({ workflowId }) => `  ${clean(workflowId)}`);
  const more = count - shown.length;
  const nobody = isPolled
    ? []
    : ['  No worker of it is connected: start one, or move them: drover versions move WORKFLOW --to BUILD'];
  return [
    '',
    `Running on ${buildId}:`,
    ...shown,
    ...(more > 0 ? [`  and ${String(more)} more`] : []),
    ...nobody.map(clean),
  ];
}
