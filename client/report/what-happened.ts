import { containerText, withoutRepeats } from '../../decision/diagnosis';
import type { DeploymentStory } from '../deployment-story';
import { interventionText } from '../history/entry-text';
import type { HistoryEntry, Intervened } from '../history/history-entry';
import { logbookNote } from '../history/logbook';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import type { Html } from './html';
import { html, link, NONE } from './html';
import type { Column } from './table';
import { table } from './table';
import { timelineSvg } from './timeline-svg';

const TIME: Column = { head: 'Time', holds: 'time' };
const LEVEL: Column = { head: 'Level', holds: 'word' };
const WHAT: Column = { head: 'What' };

/** What was wrong, as it was seen before anything was undone. */
export function wrongPart({ diagnosis }: DeploymentStory): Html {
  if (diagnosis === null) return NONE;
  const { at, state, message, containers, containersLeftOut, serviceLog } = diagnosis;
  const ailing = containers.map(
    (one) => html`<li>${containerText(one)}${one.url === null ? NONE : html`<br />${link(one.url)}`}</li>`,
  );
  const log = withoutRepeats(serviceLog).map((line) => [clock(line.at), line.level, line.text]);
  return html`<h2>What was wrong at ${clock(at)}</h2>
    <p>The service was ${state}${message === null ? '' : `; Rancher said: ${message}`}.</p>
    ${
      ailing.length === 0
        ? NONE
        : html`<ul>
            ${ailing}
          </ul>`
    }
    ${containersLeftOut === 0 ? NONE : html`<p>And ${containersLeftOut} more containers.</p>`}
    ${log.length === 0 ? NONE : table([TIME, LEVEL, WHAT], log, "Rancher's own log")}`;
}

/** The phases, as a picture and as a table. */
export function timelinePart({ timeline, outcome }: DeploymentStory): Html {
  if (timeline.length === 0) return NONE;
  const columns = [
    { head: 'Phase', holds: 'name' },
    { head: 'From', holds: 'time' },
    { head: 'Took', isTold: true },
  ] as const;
  const rows = timeline.map(({ phase, from, to }) => [phase, clock(from), formatDuration(to - from)]);
  return html`<h2>Where the time went</h2>
    ${timelineSvg(timeline)} ${table(columns, rows, outcome === null ? 'It still runs: the last one goes on.' : null)}`;
}

/** Who stepped in, how, and what it meant. */
export function peoplePart({ record }: DeploymentStory): Html {
  const steps = record.entries.filter((entry): entry is HistoryEntry & Intervened => entry.event === 'intervention');
  if (steps.length === 0)
    return html`<h2>Who stepped in</h2>
      <p>Nobody.</p>`;
  const columns: readonly Column[] = [
    ...[TIME, WHAT],
    { head: 'How', holds: 'word', isTold: true },
    { head: 'Phase it met', holds: 'word', isTold: true },
  ];
  const rows = steps.map((entry) => [clock(entry.at), interventionText(entry), entry.how, entry.phase]);
  return html`<h2>Who stepped in</h2>
    ${table(columns, rows)}`;
}

/** Everything that happened, in order. */
export function logbookPart({ logbook }: DeploymentStory): Html {
  const note = logbookNote(logbook);
  const rows = logbook.lines.map(({ at, level, phase, text }) => [clock(at), level, phase, text]);
  return html`<h2>Logbook</h2>
    ${note === '' ? NONE : html`<p class="quiet">${note}</p>`}
    ${table([TIME, LEVEL, { head: 'Phase', holds: 'word' }, WHAT], rows)}`;
}
