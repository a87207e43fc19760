import { targetText } from '../../decision/target-text';
import type { DeploymentStory } from '../deployment-story';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import type { Html } from './html';
import { html, link, NONE } from './html';
import { table } from './table';

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
  const columns = [
    { head: 'Configuration', holds: 'name' },
    { head: 'From', isTold: true },
    { head: 'To', isTold: true },
  ] as const;
  const rows = images.map(({ config, from, to }) => [
    config,
    html`<code>${from ?? 'none'}</code>`,
    html`<code>${to}</code>`,
  ]);
  const rounds = record.over?.rounds ?? null;
  return html`<h2>Plan</h2>
    ${table(columns, rows)}
    ${rounds === null ? NONE : html`<p class="quiet">Upgrades that Rancher accepted: ${rounds}</p>`}`;
}

/** Rows of a name and what it is; those without a value are left out. */
function facts(rows: readonly (readonly [name: string, value: Html | string | null])[]): Html {
  const shown = rows.filter((row): row is readonly [string, Html | string] => row[1] !== null && row[1] !== '');
  return table([{ head: '', holds: 'name' }, { head: '' }], shown);
}
