import { targetText } from '../../decision/target-text';
import type { DeploymentStory } from '../deployment-story';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import type { Html } from './html';
import { html, link, NONE } from './html';

/** Who asked for what, when and why, and where to look. */
export function askedPart({ deployment, record, rancherUrl }: DeploymentStory): Html {
  const { asked, entries, endedAt } = record;
  const startedAt = entries[0]?.at ?? deployment.startedAt;
  return html`<h2>What was asked</h2>
    ${facts([
      ['Service', html`<code>${targetText(deployment)}</code>`],
      ['By', asked?.by ?? deployment.requestedBy],
      ['Why', asked?.why ?? null],
      ['Image', asked?.image ?? null],
      [
        'Sidekicks',
        Object.entries(asked?.sidekicks ?? {})
          .map(([name, image]) => `${name}=${image}`)
          .join(', '),
      ],
      ['Variables set', (asked?.variables ?? []).join(', ')],
      ['Labels set', (asked?.labels ?? []).join(', ')],
      ['Asked to hold', asked?.hold === true ? 'yes: it waits for a confirmation' : null],
      ['Started', clock(startedAt)],
      ['Ended', endedAt === null ? null : `${clock(endedAt)}, after ${formatDuration(endedAt - startedAt)}`],
      ['Request', deployment.requestId],
      ['Deployment', deployment.deploymentId],
      ['In Rancher', rancherUrl === null ? null : link(rancherUrl)],
      ['In Temporal', deployment.link === null ? null : link(deployment.link)],
    ])}`;
}

/** The images, from which to which. */
export function planPart({ images, record }: DeploymentStory): Html {
  if (images.length === 0)
    return html`<h2>Plan</h2>
      <p>The service was not looked up: there is no plan.</p>`;
  const rows = images.map(
    ({ config, from, to }) =>
      html`<tr>
        <th scope="row">${config}</th>
        <td><code>${from ?? 'none'}</code></td>
        <td><code>${to}</code></td>
      </tr>`,
  );
  const rounds = record.over?.rounds ?? null;
  return html`<h2>Plan</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Configuration</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${rounds === null ? NONE : html`<p class="quiet">Upgrades that Rancher accepted: ${rounds}</p>`}`;
}

/** Rows of a name and what it is; those without a value are left out. */
function facts(rows: readonly (readonly [name: string, value: Html | string | null])[]): Html {
  const shown = rows.filter((row): row is readonly [string, Html | string] => row[1] !== null && row[1] !== '');
  return html`<table>
    <tbody>
      ${shown.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
