import type { Orphan, Orphans } from '../orphans';
import { clean } from '../render/clean';

/** What `drover orphans` found: for people, or as JSON lines with a summary at the end. */
export function orphansText(found: Orphans, json: boolean): string {
  return json ? jsonLines(found) : peopleText(found);
}

function jsonLines({ orphans, ...rest }: Orphans): string {
  const lines = orphans.map((one) => ({ type: 'orphan', environment: rest.environment, ...flat(one) }));
  return [...lines, { type: 'orphans', ...rest, orphans: orphans.length, exitCode: 0 }]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

function flat({ pending, deploymentId, deployment, why, offers }: Orphan): object {
  const owner =
    deployment === null
      ? null
      : {
          run: deployment.run,
          verdict: deployment.verdict,
          phase: deployment.phase,
          requestedBy: deployment.requestedBy,
          endedAt: deployment.endedAt === null ? null : new Date(deployment.endedAt).toISOString(),
          link: deployment.link,
        };
  return { ...pending, deploymentId, deployment: owner, why, offers };
}

function peopleText(found: Orphans): string {
  const { environment, orphans } = found;
  const head =
    orphans.length === 0
      ? `There are no orphans in ${environment}.`
      : `${String(orphans.length)} in ${environment}: a pending upgrade, left by a deployment that is over.`;
  return [clean(head), ...orphans.map(orphanText), ...others(found)].join('\n').concat('\n');
}

function orphanText({ pending, deploymentId, deployment, why, offers }: Orphan): string {
  const row = (label: string, text: string): string => `  ${label.padEnd(8)} ${clean(text)}`;
  const { stack, service, state, message, configs, rancherUrl } = pending;
  const by = deployment === null || deployment.requestedBy === '' ? '' : `, asked for by ${deployment.requestedBy}`;
  return [
    '',
    clean(`${stack}/${service}: ${state}${message === null ? '' : ` (${message})`}`),
    row('left by', `deployment ${deploymentId}${by}: ${why}`),
    ...configs
      .filter(({ deploymentLabel }) => deploymentLabel !== null)
      .map(({ config, formerImage, image }) =>
        row('image', `${config}: ${formerImage ?? 'not known any more'} → ${image ?? 'none'}`),
      ),
    ...offers.flatMap(({ to, command, does }) =>
      command === null ? [row(to, does)] : [row(to, command), row('', `  ${does}`.trimStart())],
    ),
    row('rancher', rancherUrl),
    ...(deployment === null || deployment.link === null ? [] : [row('temporal', deployment.link)]),
  ].join('\n');
}

/** What else is pending, in a line each: no orphans. */
function others({ running, foreign, leftOut, environment }: Orphans): string[] {
  const many = (count: number): string =>
    count === 1 ? '1 pending upgrade is' : `${String(count)} pending upgrades are`;
  const lines = [
    ...(running === 0 ? [] : [`${many(running)} seen to by a deployment that runs: drover list --running`]),
    ...(foreign === 0 ? [] : [`${many(foreign)} somebody else's: not made by Drover, or made by hand after it.`]),
    ...(leftOut === 0
      ? []
      : [`${many(leftOut)} not looked at: settle these first, then ask again for ${environment}.`]),
  ];
  return lines.length === 0 ? [] : ['', ...lines.map(clean)];
}
