import { containerText, withoutRepeats } from '../../decision/diagnosis';
import type { DeploymentStory } from '../deployment-story';
import { interventionText } from '../history/entry-text';
import type { HistoryEntry, Intervened } from '../history/history-entry';
import { logbookNote } from '../history/logbook';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import type { Html } from './html';
import { html, link, NONE } from './html';
import { timelineSvg } from './timeline-svg';

/** What was wrong, as it was seen before anything was undone. */
export function wrongPart({ diagnosis }: DeploymentStory): Html {
  if (diagnosis === null) return NONE;
  const { at, state, message, containers, containersLeftOut, serviceLog } = diagnosis;
  const ailing = containers.map(
    (one) => html`<li>${containerText(one)}${one.url === null ? NONE : html`<br />${link(one.url)}`}</li>`,
  );
  const log = withoutRepeats(serviceLog).map(
    (line) =>
      html`<tr>
        <td class="time">${clock(line.at)}</td>
        <td class="word">${line.level}</td>
        <td>${line.text}</td>
      </tr>`,
  );
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
    ${
      log.length === 0
        ? NONE
        : html`<table>
            <caption>
              Rancher's own log
            </caption>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Level</th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              ${log}
            </tbody>
          </table>`
    }`;
}

/** The phases, as a picture and as a table. */
export function timelinePart({ timeline, outcome }: DeploymentStory): Html {
  if (timeline.length === 0) return NONE;
  const rows = timeline.map(
    ({ phase, from, to }) =>
      html`<tr>
        <th scope="row">${phase}</th>
        <td class="time">${clock(from)}</td>
        <td>${formatDuration(to - from)}</td>
      </tr>`,
  );
  return html`<h2>Where the time went</h2>
    ${timelineSvg(timeline)}
    <table>
      ${
        outcome === null
          ? html`<caption>
              It still runs: the last one goes on.
            </caption>`
          : NONE
      }
      <thead>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col">From</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}

/** Who stepped in, how, and what it meant. */
export function peoplePart({ record }: DeploymentStory): Html {
  const steps = record.entries.filter((entry): entry is HistoryEntry & Intervened => entry.event === 'intervention');
  if (steps.length === 0)
    return html`<h2>Who stepped in</h2>
      <p>Nobody.</p>`;
  const rows = steps.map(
    (entry) =>
      html`<tr>
        <td class="time">${clock(entry.at)}</td>
        <td>${interventionText(entry)}</td>
        <td class="word">${entry.how}</td>
        <td class="word">${entry.phase}</td>
      </tr>`,
  );
  return html`<h2>Who stepped in</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">What</th>
          <th scope="col">How</th>
          <th scope="col">Phase it met</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}

/** Everything that happened, in order. */
export function logbookPart({ logbook }: DeploymentStory): Html {
  const note = logbookNote(logbook);
  const rows = logbook.lines.map(
    ({ at, level, phase, text }) =>
      html`<tr>
        <td class="time">${clock(at)}</td>
        <td class="word">${level}</td>
        <td class="word">${phase}</td>
        <td>${text}</td>
      </tr>`,
  );
  return html`<h2>Logbook</h2>
    ${note === '' ? NONE : html`<p class="quiet">${note}</p>`}
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Level</th>
          <th scope="col">Phase</th>
          <th scope="col">What</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}
